import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { INSTANCE_ALIASES } from '../../requests/fields.js';
import { SetProcessVariablesData } from './set-process-variables.dto.js';

/** Change variables of an instance that has not ended. */
@ApiCommand({
  name: 'SetProcessVariablesCommand',
  permission: 'instance:variables',
  aliases: INSTANCE_ALIASES,
  data: SetProcessVariablesData,
  summary: 'Change variables of an instance that has not ended.',
  kind: 'command',
})
export class SetProcessVariablesCommand extends ApiRequest<SetProcessVariablesData> {}
