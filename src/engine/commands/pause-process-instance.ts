import { releaseWait } from '../behaviors/release-waits.js';
import { openElements, touchElement, type Draft } from '../state/draft.js';
import type { ElementInstance, InstanceState } from '../state/instance-state.js';
import type { Rejected } from '../step-result.js';
import type { PauseProcessInstance } from './command.js';
import { guard } from './guards.js';

/** Nothing new is begun until the instance is resumed; attempts that run may end, what arrives is kept. */
export function pauseProcessInstance(draft: Draft, before: InstanceState, command: PauseProcessInstance): Rejected | null {
  const refused = guard(before, command.expectedVersion, ['running', 'waiting', 'error']);
  if (refused) return refused;
  draft.state.paused = true;
  for (const { id, status } of openElements(before)) {
    const instance = status === 'queued' ? touchElement(draft, id) : null;
    if (instance) withdraw(draft, instance);
  }
  return null;
}

/** A job that no worker has taken is not to be taken: its attempt has not begun, and its number is free again. */
function withdraw(draft: Draft, instance: ElementInstance): void {
  releaseWait(draft, instance);
  instance.status = 'ready';
  instance.attempt--;
}
