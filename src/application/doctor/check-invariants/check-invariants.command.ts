import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { CheckInvariantsData } from './check-invariants.dto.js';

/** Check that the database is as it must be. */
@ApiCommand({
  name: 'CheckInvariantsQuery',
  permission: 'server:check',
  data: CheckInvariantsData,
  summary: 'Check that the database is as it must be.',
  kind: 'query',
})
export class CheckInvariantsQuery extends ApiRequest<CheckInvariantsData> {}
