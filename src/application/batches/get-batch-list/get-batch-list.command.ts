import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { GetBatchListData } from './get-batch-list.dto.js';

/** Batches of the tenant, the newest first. */
@ApiCommand({
  name: 'GetBatchListQuery',
  permission: 'instance:read',
  data: GetBatchListData,
  summary: 'Batches of the tenant, the newest first.',
  kind: 'query',
})
export class GetBatchListQuery extends ApiRequest<GetBatchListData> {}
