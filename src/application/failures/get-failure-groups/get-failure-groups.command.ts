import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { GetFailureGroupsData } from './get-failure-groups.dto.js';

/** Failures by their causes, with exact counts. */
@ApiCommand({
  name: 'GetFailureGroupsQuery',
  permission: 'instance:read',
  aliases: { failureGroup: 'groupId', failedActivityId: 'activityId', definitionId: 'processDefinitionId' },
  data: GetFailureGroupsData,
  summary: 'Failures by their causes, with exact counts.',
  kind: 'query',
})
export class GetFailureGroupsQuery extends ApiRequest<GetFailureGroupsData> {}
