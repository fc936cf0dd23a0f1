import type { BatchKind } from './batch-kind.js';

class PauseParameters {}

/** Lets instances begin nothing new until they are resumed. */
export const pause: BatchKind<PauseParameters> = {
  name: 'pause',
  action: 'PauseProcessInstance',
  permission: 'instance:pause',
  target: 'instance',
  from: ['running', 'waiting', 'error'],
  beginsAttempt: false,
  parameters: PauseParameters,
  command: () => ({ type: 'pause-process-instance', expectedVersion: null }),
};
