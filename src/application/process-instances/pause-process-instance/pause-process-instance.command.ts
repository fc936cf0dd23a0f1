import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { INSTANCE_ALIASES } from '../../requests/fields.js';
import { PauseProcessInstanceData } from './pause-process-instance.dto.js';

/** Begin nothing new until the instance is resumed. */
@ApiCommand({
  name: 'PauseProcessInstanceCommand',
  permission: 'instance:pause',
  aliases: INSTANCE_ALIASES,
  data: PauseProcessInstanceData,
  summary: 'Begin nothing new until the instance is resumed.',
  kind: 'command',
})
export class PauseProcessInstanceCommand extends ApiRequest<PauseProcessInstanceData> {}
