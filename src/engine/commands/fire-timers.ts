import { activateHeld, moveTokens } from '../behaviors/advance.js';
import { fireBoundaryTimer } from '../behaviors/boundary-events.js';
import { failElement, scheduleRetry } from '../behaviors/fail-element.js';
import { hasStopped } from '../behaviors/put-off.js';
import { endJobTime, endTotalTime } from '../behaviors/run-out-of-time.js';
import { releaseWait } from '../behaviors/release-waits.js';
import { recoveryOf, remember } from '../behaviors/visit-recovery.js';
import { elementOf } from '../elements/index.js';
import { isPutOff, nodeOf, openElements, touchElement, type Draft } from '../state/draft.js';
import type { ElementInstance, InstanceState, TimerKey } from '../state/instance-state.js';
import type { Rejected } from '../step-result.js';
import type { FireTimers, TimerFailure } from './command.js';
import { reject } from './guards.js';

/**
 * Acts on timer rows that fell due, each after all that the one before has led to. Refused when none of them can fire: with
 * NOT_YET_DUE where a visit waits for one that is due later (its row must stay), else with NOTHING_DUE.
 */
export function fireTimers(draft: Draft, before: InstanceState, { timers, failure }: FireTimers): Rejected | null {
  const stale: TimerKey[] = [];
  for (const timer of timers) {
    if (!fireTimer(draft, timer, failure)) stale.push(timer);
    moveTokens(draft);
  }
  if (stale.length === timers.length) {
    const message = `Expected a timer that is due and that the process instance waits for, but none of the ${timers.length} is.`;
    const isEarly = stale.some((timer) => isScheduled(draft, timer));
    return reject(isEarly ? 'NOT_YET_DUE' : 'NOTHING_DUE', message, { currentStatus: before.status });
  }
  for (const timer of stale) if (!isScheduled(draft, timer)) dropRow(draft, timer);
  return null;
}

/** @returns false when it is not due, or no visit waits for it any longer */
export function fireTimer(draft: Draft, timer: TimerKey, failure: TimerFailure | null): boolean {
  if (timer.kind === 'continue') return goOn(draft, timer, failure);
  const instance = touchElement(draft, timer.elementInstanceId);
  const dueAt = instance ? dueTimeOf(instance, timer) : null;
  if (!instance || dueAt === null || dueAt > draft.context.now) return false;
  const node = nodeOf(draft, instance);
  draft.subject ??= instance;
  if (draft.state.paused) keepForLater(draft, timer);
  else if (timer.kind === 'boundary-timer') fireBoundaryTimer(draft, node, instance, timer.timerNodeId, failure);
  else {
    dropRow(draft, timer);
    if (timer.kind === 'total-timeout') remember(instance, { totalDueAt: null });
    else instance.dueAt = null;
    if (timer.probe) draft.probes.add(instance.id);
    if (failure) failTimer(draft, instance, timer, failure);
    else if (timer.kind === 'retry') draft.activate(draft, node, instance);
    else if (timer.kind === 'job') endJobTime(draft, node, instance);
    else if (timer.kind === 'total-timeout') endTotalTime(draft, node, instance);
    else elementOf(node).resolve?.(draft, node, instance, { result: null, variables: null });
  }
  return true;
}

/** Goes on with all that is put off; while the instance is paused, the resume will. With a failure, the oldest of it fails. */
function goOn(draft: Draft, timer: TimerKey, failure: TimerFailure | null): boolean {
  const held = openElements(draft.state).filter(isPutOff);
  const [oldest] = held;
  if (!oldest || hasStopped(draft)) return false;
  // Its own key: a row may stand for one visit, as it was once written. The other is settled at the end of the step.
  dropRow(draft, timer);
  if (draft.state.paused) for (const { id } of held) holdForResume(draft, id);
  else if (failure) {
    const instance = touchElement(draft, oldest.id);
    if (instance) failTimer(draft, instance, timer, failure);
    draft.continues = true; // For the others.
  } else activateHeld(draft);
  return true;
}

function failTimer(draft: Draft, instance: ElementInstance, { kind }: TimerKey, failure: TimerFailure): void {
  // The attempt that could not begin.
  if ((kind === 'retry' && instance.status === 'retrying') || kind === 'continue') instance.attempt++;
  const isBetweenAttempts = kind === 'total-timeout' && instance.status === 'retrying';
  if (kind === 'total-timeout' && instance.owner !== null)
    draft.effects.push({ type: 'abort-attempt', elementInstanceId: instance.id });
  failElement(draft, nodeOf(draft, instance), instance, { ...failure, kind: 'model', isBetweenAttempts, needsPerson: true });
}

function dropRow(draft: Draft, { elementInstanceId, timerNodeId }: TimerKey): void {
  draft.effects.push({ type: 'cancel-timer', elementInstanceId, timerNodeId });
}

function holdForResume(draft: Draft, id: number): void {
  const instance = touchElement(draft, id);
  if (instance) releaseWait(draft, instance);
}

/** When the visit expects this timer, epoch ms; null: it does not. */
function dueTimeOf(instance: ElementInstance, timer: TimerKey): number | null {
  switch (timer.kind) {
    case 'retry':
      return instance.status === 'retrying' || instance.status === 'held' ? instance.dueAt : null;
    case 'job':
      return instance.status === 'queued' || instance.lock !== null ? instance.dueAt : null;
    case 'total-timeout':
      return recoveryOf(instance).totalDueAt;
    case 'continue':
      return null; // Of the instance, not of a visit.
    case 'timer':
      return instance.status === 'waiting' ? instance.dueAt : null;
    case 'boundary-timer':
      return instance.boundaryTimers.find(({ nodeId }) => nodeId === timer.timerNodeId)?.dueAt ?? null;
  }
}

/** It will fire at another time: its row must stay. */
function isScheduled(draft: Draft, timer: TimerKey): boolean {
  const instance = timer.kind === 'continue' ? null : touchElement(draft, timer.elementInstanceId);
  return instance ? dueTimeOf(instance, timer) !== null : false;
}

/** What was kept is not due by the clock of this node, which is behind: the row that went when it was kept comes back. */
export function scheduleAgain(draft: Draft, timer: TimerKey): void {
  const { kind, elementInstanceId, timerNodeId } = timer;
  const instance = kind === 'continue' ? null : touchElement(draft, elementInstanceId);
  const dueAt = instance ? dueTimeOf(instance, timer) : null;
  if (!instance || dueAt === null) return;
  if (kind === 'retry') scheduleRetry(draft, instance, dueAt);
  else draft.effects.push({ type: 'schedule-timer', kind, elementInstanceId, timerNodeId, dueAt });
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
