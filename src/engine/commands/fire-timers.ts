import { activateHeld, moveTokens } from '../behaviors/advance.js';
import { fireBoundaryTimer } from '../behaviors/boundary-events.js';
import { hasStopped } from '../behaviors/put-off.js';
import { releaseWait } from '../behaviors/release-waits.js';
import { elementOf } from '../elements/index.js';
import { isPutOff, nodeOf, openElements, touchElement, type Draft } from '../state/draft.js';
import type { ElementInstance, InstanceState, TimerKey } from '../state/instance-state.js';
import type { Rejected } from '../step-result.js';
import type { FireTimers } from './command.js';
import { reject } from './guards.js';

/**
 * Acts on timer rows that fell due, each after all that the one before has led to. Refused (and the rows dropped) when no visit
 * waits for any of them.
 */
export function fireTimers(draft: Draft, before: InstanceState, { timers }: FireTimers): Rejected | null {
  const fired: TimerKey[] = [];
  for (const timer of timers) {
    if (fireTimer(draft, timer)) fired.push(timer);
    moveTokens(draft);
  }
  if (fired.length === 0) {
    const message = `Expected a timer that the process instance waits for, but it waits for none of the ${timers.length}.`;
    return reject('NOTHING_DUE', message, { currentStatus: before.status });
  }
  for (const timer of timers) if (!fired.includes(timer)) dropRow(draft, timer);
  return null;
}

/** @returns false when the visit no longer waits for it */
export function fireTimer(draft: Draft, timer: TimerKey): boolean {
  if (timer.kind === 'continue') return goOn(draft, timer);
  const instance = touchElement(draft, timer.elementInstanceId);
  if (!instance || !isAwaited(instance, timer)) return false;
  const node = nodeOf(draft, instance);
  draft.subject ??= instance;
  if (draft.state.paused) keepForLater(draft, timer);
  else if (timer.kind === 'boundary-timer') fireBoundaryTimer(draft, node, instance, timer.timerNodeId);
  else {
    dropRow(draft, timer);
    instance.dueAt = null;
    if (timer.kind === 'retry') draft.activate(draft, node, instance);
    else elementOf(node).resolve?.(draft, node, instance, { result: null, variables: null });
  }
  return true;
}

/** Goes on with all that is put off; while the instance is paused, the resume will. */
function goOn(draft: Draft, timer: TimerKey): boolean {
  const held = openElements(draft.state).filter(isPutOff);
  if (held.length === 0 || hasStopped(draft)) return false;
  // Its own key: a row may stand for one visit, as it was once written. The other is settled at the end of the step.
  dropRow(draft, timer);
  if (!draft.state.paused) activateHeld(draft);
  else for (const { id } of held) holdForResume(draft, id);
  return true;
}

function dropRow(draft: Draft, { elementInstanceId, timerNodeId }: TimerKey): void {
  draft.effects.push({ type: 'cancel-timer', elementInstanceId, timerNodeId });
}

function holdForResume(draft: Draft, id: number): void {
  const instance = touchElement(draft, id);
  if (instance) releaseWait(draft, instance);
}

function isAwaited(instance: ElementInstance, timer: TimerKey): boolean {
  switch (timer.kind) {
    case 'retry':
      return instance.status === 'retrying';
    case 'continue':
      return false; // Of the instance, not of a visit.
    case 'timer':
      return instance.status === 'waiting' && instance.dueAt !== null;
    case 'boundary-timer':
      return instance.boundaryTimers.some(({ nodeId }) => nodeId === timer.timerNodeId);
  }
}

/** The row goes, the firing stays: it is acted on at resume. */
function keepForLater(draft: Draft, timer: TimerKey): void {
  const { kind, elementInstanceId, timerNodeId } = timer;
  dropRow(draft, timer);
  const isKept = draft.state.inbox.some(
    (entry) =>
      entry.type === 'timer' && entry.timer.elementInstanceId === elementInstanceId && entry.timer.timerNodeId === timerNodeId,
  );
  if (!isKept) draft.state.inbox = [...draft.state.inbox, { type: 'timer', timer: { kind, elementInstanceId, timerNodeId } }];
}
