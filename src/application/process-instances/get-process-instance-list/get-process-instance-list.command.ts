import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { INSTANCE_FILTER_ALIASES } from '../instance-filter.js';
import { GetProcessInstanceListData } from './get-process-instance-list.dto.js';

/** Process instances, filtered, page by page. */
@ApiCommand({
  name: 'GetProcessInstanceListQuery',
  permission: 'instance:read',
  aliases: INSTANCE_FILTER_ALIASES,
  data: GetProcessInstanceListData,
  summary: 'Process instances, filtered, page by page.',
  kind: 'query',
})
export class GetProcessInstanceListQuery extends ApiRequest<GetProcessInstanceListData> {}
