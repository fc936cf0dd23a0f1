import { openElements, touchScope, type Draft } from '../state/draft.js';
import type { ElementInstance, InstanceState } from '../state/instance-state.js';
import { scheduleRetry } from './fail-element.js';
import { isEndpoint, recoveryOf, remember } from './visit-recovery.js';

/**
 * Variables have changed: what these visits attempt next may depend on something else than the attempt that failed did. Their
 * retries fall due whatever the circuit of that one is, and whoever begins them sees which one holds them back. One that its
 * circuit holds falls due at its time, too.
 * @param before the visits as they were before the step: those that have moved on in it see the new variables
 */
export function freeRetries(draft: Draft, before: InstanceState): void {
  const visits = new Map(openElements(before).map((visit) => [visit.id, visit]));
  const isToFree = (now: ElementInstance): boolean => {
    const was = visits.get(now.id);
    return was?.status === now.status && was.attempt === now.attempt && mayGoByThem(now);
  };
  for (const { id, elements } of Object.values(draft.state.scopes)) {
    if (!elements.some(isToFree)) continue;
    for (const instance of touchScope(draft, id).elements) if (isToFree(instance)) freeRetry(draft, instance);
  }
}

/** What the next attempt depends on may have changed with the variables, and nobody has noted it yet. */
function mayGoByThem(instance: ElementInstance): boolean {
  const { circuit, mayGoElsewhere } = recoveryOf(instance);
  if (mayGoElsewhere) return false;
  return instance.status === 'executing' || (isWaiting(instance) && isEndpoint(circuit));
}

function isWaiting({ status }: ElementInstance): boolean {
  return status === 'retrying' || status === 'held';
}

function freeRetry(draft: Draft, instance: ElementInstance): void {
  remember(instance, { mayGoElsewhere: true });
  if (isWaiting(instance) && instance.dueAt !== null && !isKept(draft, instance)) scheduleRetry(draft, instance, instance.dueAt);
}

/** Its row fired while the instance was paused. */
function isKept({ state }: Draft, { id }: ElementInstance): boolean {
  return state.inbox.some(
    (entry) => entry.type === 'timer' && entry.timer.kind === 'retry' && entry.timer.elementInstanceId === id,
  );
}
