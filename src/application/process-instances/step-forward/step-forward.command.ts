import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { INSTANCE_ALIASES } from '../../requests/fields.js';
import { StepForwardData } from './step-forward.dto.js';

/** Supervised mode: execute the task that the process stands before. */
@ApiCommand({
  name: 'StepForwardCommand',
  permission: 'instance:step',
  aliases: INSTANCE_ALIASES,
  data: StepForwardData,
  summary: 'Supervised mode: execute the task that the process stands before.',
  kind: 'command',
})
export class StepForwardCommand extends ApiRequest<StepForwardData> {}
