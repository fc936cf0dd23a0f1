import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { done, refused, type Answer } from '../../../contract/answer.js';
import { BatchStore } from '../../ports/batches.js';
import { batchIdOf, batchView } from '../batch-view.js';
import { GetBatchQuery } from './get-batch.command.js';

@CommandHandler(GetBatchQuery)
export class GetBatchHandler implements ICommandHandler<GetBatchQuery, Answer> {
  constructor(private readonly store: BatchStore) {}

  async execute({ data, caller }: GetBatchQuery): Promise<Answer> {
    const id = batchIdOf(data.batchId);
    const found = id === null ? null : await this.store.find(caller.tenantId, id);
    if (!found) return refused(`Batch '${data.batchId}' not found.`, null);
    return done('Batch retrieved successfully', batchView(found.batch, found.counts));
  }
}
