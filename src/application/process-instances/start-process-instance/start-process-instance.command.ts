import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { INSTANCE_ALIASES } from '../../requests/fields.js';
import { StartProcessInstanceData } from './start-process-instance.dto.js';

/** Starts a process instance. */
@ApiCommand({
  name: 'StartProcessInstanceCommand',
  permission: 'instance:start',
  aliases: { ...INSTANCE_ALIASES, processDefinitionId: 'id' },
  data: StartProcessInstanceData,
  summary: 'Start a process instance.',
  kind: 'command',
})
export class StartProcessInstanceCommand extends ApiRequest<StartProcessInstanceData> {}
