import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { INSTANCE_ALIASES } from '../../requests/fields.js';
import { SignalProcessInstanceData } from './signal-process-instance.dto.js';

/** Completes what waits: a user task, a receive task or a message event. */
@ApiCommand({
  name: 'SignalProcessInstanceCommand',
  permission: 'instance:signal',
  aliases: INSTANCE_ALIASES,
  data: SignalProcessInstanceData,
  summary: 'Complete what waits: a user task, a receive task or a message event.',
  kind: 'command',
})
export class SignalProcessInstanceCommand extends ApiRequest<SignalProcessInstanceData> {}
