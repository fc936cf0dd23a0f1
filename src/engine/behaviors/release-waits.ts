import type { Draft } from '../state/draft.js';
import { TOTAL_TIMEOUT_ROW, type ElementInstance } from '../state/instance-state.js';
import { recoveryOf, remember } from './visit-recovery.js';

/** Gives up all rows that would wake the visit. */
export function releaseWaits(draft: Draft, instance: ElementInstance): void {
  releaseWait(draft, instance);
  releaseTotalTimeout(draft, instance);
  for (const timer of instance.boundaryTimers) {
    draft.effects.push({ type: 'cancel-timer', elementInstanceId: instance.id, timerNodeId: timer.nodeId });
  }
  instance.boundaryTimers = [];
}

/**
 * Gives up what the visit itself waits for: its timer row, its job, its subscription. Boundary timers and the time for all
 * attempts go on.
 */
export function releaseWait(draft: Draft, instance: ElementInstance): void {
  // A `ready` one is put off: it has no row of its own.
  if (instance.dueAt !== null && instance.status !== 'ready')
    draft.effects.push({ type: 'cancel-timer', elementInstanceId: instance.id, timerNodeId: '' });
  if (instance.status === 'queued') draft.effects.push({ type: 'close-job', elementInstanceId: instance.id });
  if (instance.subscription !== null) draft.effects.push({ type: 'close-subscription', elementInstanceId: instance.id });
  instance.dueAt = null;
  instance.subscription = null;
}

/** The time for all attempts does not run any more: the visit ends, or a person decides. */
export function releaseTotalTimeout(draft: Draft, instance: ElementInstance): void {
  if (recoveryOf(instance).totalDueAt === null) return;
  draft.effects.push({ type: 'cancel-timer', elementInstanceId: instance.id, timerNodeId: TOTAL_TIMEOUT_ROW });
  remember(instance, { totalDueAt: null });
}
