import type { Draft } from '../state/draft.js';
import type { ElementInstance } from '../state/instance-state.js';

/** Gives up all rows that would wake the visit. */
export function releaseWaits(draft: Draft, instance: ElementInstance): void {
  releaseWait(draft, instance);
  for (const timer of instance.boundaryTimers) {
    draft.effects.push({ type: 'cancel-timer', elementInstanceId: instance.id, timerNodeId: timer.nodeId });
  }
  instance.boundaryTimers = [];
}

/** Gives up what the visit itself waits for: its timer row, its subscription. Boundary timers go on. */
export function releaseWait(draft: Draft, instance: ElementInstance): void {
  // A `ready` one is put off: it has no row of its own.
  if (instance.dueAt !== null && instance.status !== 'ready')
    draft.effects.push({ type: 'cancel-timer', elementInstanceId: instance.id, timerNodeId: '' });
  if (instance.subscription !== null) draft.effects.push({ type: 'close-subscription', elementInstanceId: instance.id });
  instance.dueAt = null;
  instance.subscription = null;
}
