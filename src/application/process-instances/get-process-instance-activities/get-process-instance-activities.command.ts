import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { INSTANCE_ALIASES } from '../../requests/fields.js';
import { GetProcessInstanceActivitiesData } from './get-process-instance-activities.dto.js';

/** Every visit of every element, in order. */
@ApiCommand({
  name: 'GetProcessInstanceActivitiesQuery',
  permission: 'instance:read',
  aliases: INSTANCE_ALIASES,
  data: GetProcessInstanceActivitiesData,
  summary: 'Every visit of every element, in order.',
  kind: 'query',
})
export class GetProcessInstanceActivitiesQuery extends ApiRequest<GetProcessInstanceActivitiesData> {}
