import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { done, refused, type Answer } from '../../../contract/answer.js';
import { BatchStore, type BatchItemState } from '../../ports/batches.js';
import { textsOf } from '../../requests/field-values.js';
import { refuseCursor } from '../../requests/invalid-request.js';
import { batchIdOf, batchItemView } from '../batch-view.js';
import { GetBatchItemsQuery } from './get-batch-items.command.js';

const PAGE_SIZE = 100;

@CommandHandler(GetBatchItemsQuery)
export class GetBatchItemsHandler implements ICommandHandler<GetBatchItemsQuery, Answer> {
  constructor(private readonly store: BatchStore) {}

  async execute({ data, caller }: GetBatchItemsQuery): Promise<Answer> {
    const id = batchIdOf(data.batchId);
    const found = id === null ? null : await this.store.find(caller.tenantId, id);
    if (!found) return refused(`Batch '${data.batchId}' not found.`, null);
    const { pageSize = PAGE_SIZE, cursor } = data;
    const after = cursor === undefined ? 0 : Number(cursor);
    if (!Number.isSafeInteger(after) || after < 0) refuseCursor(new RangeError(cursor));
    // The choices of the field are exactly the states.
    const states = (textsOf(data.state) as readonly BatchItemState[] | undefined) ?? null;
    const items = await this.store.items(found.batch.id, states, after, pageSize + 1);
    const shown = items.slice(0, pageSize);
    const last = items.length > pageSize ? shown.at(-1) : undefined;
    return done('Items retrieved successfully', {
      items: shown.map(batchItemView),
      nextCursor: last ? String(last.itemNo) : null,
    });
  }
}
