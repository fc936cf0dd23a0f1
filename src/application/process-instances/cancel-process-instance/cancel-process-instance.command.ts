import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { INSTANCE_ALIASES } from '../../requests/fields.js';
import { CancelProcessInstanceData } from './cancel-process-instance.dto.js';

/** End a process instance for good. */
@ApiCommand({
  name: 'CancelProcessInstanceCommand',
  permission: 'instance:cancel',
  aliases: INSTANCE_ALIASES,
  data: CancelProcessInstanceData,
  summary: 'End a process instance for good.',
  kind: 'command',
})
export class CancelProcessInstanceCommand extends ApiRequest<CancelProcessInstanceData> {}
