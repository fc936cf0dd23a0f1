import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { GetBatchItemsData } from './get-batch-items.dto.js';

/** What became of each item of a batch, page by page. */
@ApiCommand({
  name: 'GetBatchItemsQuery',
  permission: 'instance:read',
  aliases: { id: 'batchId' },
  data: GetBatchItemsData,
  summary: 'What became of each item of a batch, page by page.',
  kind: 'query',
})
export class GetBatchItemsQuery extends ApiRequest<GetBatchItemsData> {}
