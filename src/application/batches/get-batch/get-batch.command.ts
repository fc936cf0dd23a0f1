import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { GetBatchData } from './get-batch.dto.js';

/** How a batch stands, with the number of items in each state. */
@ApiCommand({
  name: 'GetBatchQuery',
  permission: 'instance:read',
  aliases: { id: 'batchId' },
  data: GetBatchData,
  summary: 'How a batch stands, with the number of items in each state.',
  kind: 'query',
})
export class GetBatchQuery extends ApiRequest<GetBatchData> {}
