import { OptionalChoice } from '../../requests/fields.js';
import type { BatchKind } from './batch-kind.js';

/** As CancelProcessInstance has them. */
class CancelParameters {
  @OptionalChoice('`graceful`: running attempts are told to stop; `terminate`: at once.', ['graceful', 'terminate'])
  mode?: 'graceful' | 'terminate';
}

/** Ends instances for good. */
export const cancel: BatchKind<CancelParameters> = {
  name: 'cancel',
  action: 'CancelProcessInstance',
  permission: 'instance:cancel',
  target: 'instance',
  from: ['running', 'waiting', 'error', 'paused'],
  beginsAttempt: false,
  parameters: CancelParameters,
  command: (_item, { mode }) => ({ type: 'cancel-process-instance', mode: mode ?? 'graceful', expectedVersion: null }),
};
