import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { done, type Answer } from '../../../contract/answer.js';
import { pageView } from '../../page-view.js';
import { BatchStore, type BatchStatus } from '../../ports/batches.js';
import { textsOf } from '../../requests/field-values.js';
import { batchView } from '../batch-view.js';
import { GetBatchListQuery } from './get-batch-list.command.js';

@CommandHandler(GetBatchListQuery)
export class GetBatchListHandler implements ICommandHandler<GetBatchListQuery, Answer> {
  constructor(private readonly store: BatchStore) {}

  async execute({ data, caller }: GetBatchListQuery): Promise<Answer> {
    const { kind, pageNumber = 1, pageSize = 20 } = data;
    // The choices of the field are exactly the states.
    const status = textsOf(data.status) as readonly BatchStatus[] | undefined;
    const { items, totalRecords } = await this.store.list(caller.tenantId, { status, kind }, { pageNumber, pageSize });
    const views = items.map(({ batch, counts }) => batchView(batch, counts));
    return done('Batches retrieved successfully', pageView(views, pageNumber, pageSize, totalRecords));
  }
}
