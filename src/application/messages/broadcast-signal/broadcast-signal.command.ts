import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { BroadcastSignalData } from './broadcast-signal.dto.js';

/** Brings a signal to all that wait for it. */
@ApiCommand({
  name: 'BroadcastSignalCommand',
  permission: 'message:publish',
  data: BroadcastSignalData,
  summary: 'Bring a signal to all that wait for it (not available yet).',
  kind: 'command',
})
export class BroadcastSignalCommand extends ApiRequest<BroadcastSignalData> {}
