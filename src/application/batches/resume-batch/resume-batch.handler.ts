import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Answer } from '../../../contract/answer.js';
import { BatchMove } from '../batch-move.js';
import { ResumeBatchCommand } from './resume-batch.command.js';

@CommandHandler(ResumeBatchCommand)
export class ResumeBatchHandler implements ICommandHandler<ResumeBatchCommand, Answer> {
  constructor(private readonly move: BatchMove) {}

  execute({ data, caller }: ResumeBatchCommand): Promise<Answer> {
    const message = 'Batch resumed.';
    return this.move.of({ action: 'ResumeBatch', from: ['paused', 'stopped'], to: 'running', message }, data, caller);
  }
}
