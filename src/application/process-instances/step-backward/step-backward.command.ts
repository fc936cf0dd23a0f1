import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { INSTANCE_ALIASES } from '../../requests/fields.js';
import { StepBackwardData } from './step-backward.dto.js';

/** Supervised mode: stand before the previous task again. */
@ApiCommand({
  name: 'StepBackwardCommand',
  permission: 'instance:step',
  aliases: INSTANCE_ALIASES,
  data: StepBackwardData,
  summary: 'Supervised mode: stand before the previous task again.',
  kind: 'command',
})
export class StepBackwardCommand extends ApiRequest<StepBackwardData> {}
