import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Answer } from '../../../contract/answer.js';
import { BatchMove } from '../batch-move.js';
import { PauseBatchCommand } from './pause-batch.command.js';

@CommandHandler(PauseBatchCommand)
export class PauseBatchHandler implements ICommandHandler<PauseBatchCommand, Answer> {
  constructor(private readonly move: BatchMove) {}

  execute({ data, caller }: PauseBatchCommand): Promise<Answer> {
    const message = 'Batch paused: nothing more begins, what has begun comes to its end.';
    return this.move.of({ action: 'PauseBatch', from: ['running'], to: 'paused', message }, data, caller);
  }
}
