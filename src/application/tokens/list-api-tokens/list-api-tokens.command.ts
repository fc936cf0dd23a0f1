import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { ListApiTokensData } from './list-api-tokens.dto.js';

/** The API tokens of the tenant, without their secrets. */
@ApiCommand({
  name: 'ListApiTokensQuery',
  permission: 'token:read',
  data: ListApiTokensData,
  summary: 'The API tokens of the tenant, without their secrets.',
  kind: 'query',
})
export class ListApiTokensQuery extends ApiRequest<ListApiTokensData> {}
