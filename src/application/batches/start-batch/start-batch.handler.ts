import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Answer } from '../../../contract/answer.js';
import { requirePermission } from '../../access/missing-permission.js';
import { optionsOf } from '../batch-options.js';
import { selectionOf } from '../batch-plan.js';
import { BatchStart } from '../batch-start.js';
import { kindOf } from '../batch-kinds.js';
import { StartBatchCommand } from './start-batch.command.js';

@CommandHandler(StartBatchCommand)
export class StartBatchHandler implements ICommandHandler<StartBatchCommand, Answer> {
  constructor(private readonly start: BatchStart) {}

  async execute({ data, caller }: StartBatchCommand): Promise<Answer> {
    const kind = kindOf(data.kind);
    requirePermission(caller, kind.permission);
    const parameters = data.parameters ?? {};
    kind.ready(parameters);
    const plan = { kind, parameters, ...selectionOf(data), options: optionsOf(data), expectedItems: data.expectedItems ?? null };
    return this.start.of({ action: 'StartBatch', ...plan, reason: data.reason ?? null, repeatOf: null }, caller);
  }
}
