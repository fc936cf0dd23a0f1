import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { GetProcessInstanceListData } from './get-process-instance-list.dto.js';

/** Process instances, filtered, page by page. */
@ApiCommand({
  name: 'GetProcessInstanceListQuery',
  permission: 'instance:read',
  aliases: { statuses: 'status', definitionId: 'processDefinitionId', variableFilters: 'variables' },
  data: GetProcessInstanceListData,
  summary: 'Process instances, filtered, page by page.',
  kind: 'query',
})
export class GetProcessInstanceListQuery extends ApiRequest<GetProcessInstanceListData> {}
