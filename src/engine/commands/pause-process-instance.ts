import type { Draft } from '../state/draft.js';
import type { InstanceState } from '../state/instance-state.js';
import type { Rejected } from '../step-result.js';
import type { PauseProcessInstance } from './command.js';
import { guard } from './guards.js';

/** Nothing new is begun until the instance is resumed; attempts that run may end, what arrives is kept. */
export function pauseProcessInstance(draft: Draft, before: InstanceState, command: PauseProcessInstance): Rejected | null {
  const refused = guard(before, command.expectedVersion, ['running', 'waiting', 'error']);
  if (refused) return refused;
  draft.state.paused = true;
  return null;
}
