import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Answer } from '../../../contract/answer.js';
import { BatchMove } from '../batch-move.js';
import { AbortBatchCommand } from './abort-batch.command.js';

@CommandHandler(AbortBatchCommand)
export class AbortBatchHandler implements ICommandHandler<AbortBatchCommand, Answer> {
  constructor(private readonly move: BatchMove) {}

  execute({ data, caller }: AbortBatchCommand): Promise<Answer> {
    const message = 'Batch aborted: nothing more begins, what has begun comes to its end.';
    return this.move.of({ action: 'AbortBatch', from: ['running', 'paused', 'stopped'], to: 'aborting', message }, data, caller);
  }
}
