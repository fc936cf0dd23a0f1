import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { GetActivitiesData } from './get-activities.dto.js';

/** The audit trail in the shape of the activities query, page by page. */
@ApiCommand({
  name: 'GetActivitiesQuery',
  permission: 'audit:read',
  aliases: { encodedKey: 'entityId' },
  data: GetActivitiesData,
  summary: 'The audit trail in the shape of the activities query, page by page.',
  kind: 'query',
})
export class GetActivitiesQuery extends ApiRequest<GetActivitiesData> {}
