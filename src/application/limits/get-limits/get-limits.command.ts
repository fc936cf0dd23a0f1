import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { GetLimitsData } from './get-limits.dto.js';

/** The limits of the tenant, with what uses them and waits for them now. */
@ApiCommand({
  name: 'GetLimitsQuery',
  permission: 'limit:read',
  data: GetLimitsData,
  summary: 'The limits of the tenant, with what uses them and waits for them now.',
  kind: 'query',
})
export class GetLimitsQuery extends ApiRequest<GetLimitsData> {}
