import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { INSTANCE_ALIASES } from '../../requests/fields.js';
import { GetProcessInstanceStateData } from './get-process-instance-state.dto.js';

/** Everything about one process instance. */
@ApiCommand({
  name: 'GetProcessInstanceStateCommand',
  permission: 'instance:read',
  aliases: INSTANCE_ALIASES,
  data: GetProcessInstanceStateData,
  summary: 'Everything about one process instance.',
  kind: 'query',
})
export class GetProcessInstanceStateCommand extends ApiRequest<GetProcessInstanceStateData> {}
