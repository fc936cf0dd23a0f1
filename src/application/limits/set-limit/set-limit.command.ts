import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { SetLimitData } from './set-limit.dto.js';

/** Limits how many attempts of a task type, or to an endpoint, run at once or begin in a second, over all servers. */
@ApiCommand({
  name: 'SetLimitCommand',
  permission: 'limit:write',
  data: SetLimitData,
  summary: 'Limit how many attempts of a task type, or to an endpoint, run at once or begin in a second.',
  kind: 'command',
})
export class SetLimitCommand extends ApiRequest<SetLimitData> {}
