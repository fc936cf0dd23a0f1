import { activateHeld } from '../behaviors/advance.js';
import { fireBoundaryTimer } from '../behaviors/boundary-events.js';
import { hasStopped } from '../behaviors/put-off.js';
import { releaseWait } from '../behaviors/release-waits.js';
import { elementOf } from '../elements/index.js';
import { isPutOff, nodeOf, openElements, touchElement, type Draft } from '../state/draft.js';
import type { ElementInstance, InstanceState } from '../state/instance-state.js';
import type { Rejected } from '../step-result.js';
import type { FireTimer } from './command.js';
import { reject } from './guards.js';

/** A timer row fell due. Refused (and the row dropped) when the visit no longer waits for it. */
export function fireTimer(draft: Draft, before: InstanceState, command: FireTimer): Rejected | null {
  if (command.kind === 'continue') return goOn(draft, before, command);
  const instance = touchElement(draft, command.elementInstanceId);
  if (!instance || !isAwaited(instance, command)) return rejectTimer(before, command);
  const node = nodeOf(draft, instance);
  draft.subject = instance;
  if (draft.state.paused) keepForLater(draft, command);
  else if (command.kind === 'boundary-timer') fireBoundaryTimer(draft, node, instance, command.timerNodeId);
  else {
    draft.effects.push({ type: 'cancel-timer', elementInstanceId: instance.id, timerNodeId: '' });
    instance.dueAt = null;
    if (command.kind === 'retry') draft.activate(draft, node, instance);
    else elementOf(node).resolve?.(draft, node, instance, { result: null, variables: null });
  }
  return null;
}

function rejectTimer(before: InstanceState, { elementInstanceId }: FireTimer): Rejected {
  const message = `Element instance ${elementInstanceId} does not wait for this timer.`;
  return reject('NOTHING_DUE', message, { currentStatus: before.status });
}

/** Goes on with all that is put off; while the instance is paused, the resume will. */
function goOn(draft: Draft, before: InstanceState, command: FireTimer): Rejected | null {
  const held = openElements(before).filter(isPutOff);
  if (held.length === 0 || hasStopped(draft)) return rejectTimer(before, command);
  // Its own key: a row may stand for one visit, as it was once written. The other is settled at the end of the step.
  draft.effects.push({ type: 'cancel-timer', elementInstanceId: command.elementInstanceId, timerNodeId: '' });
  if (!draft.state.paused) activateHeld(draft);
  else for (const { id } of held) holdForResume(draft, id);
  return null;
}

function holdForResume(draft: Draft, id: number): void {
  const instance = touchElement(draft, id);
  if (instance) releaseWait(draft, instance);
}

function isAwaited(instance: ElementInstance, command: FireTimer): boolean {
  switch (command.kind) {
    case 'retry':
      return instance.status === 'retrying';
    case 'continue':
      return false; // Of the instance, not of a visit.
    case 'timer':
      return instance.status === 'waiting' && instance.dueAt !== null;
    case 'boundary-timer':
      return instance.boundaryTimers.some((timer) => timer.nodeId === command.timerNodeId);
  }
}

/** The row goes, the firing stays: it is acted on at resume. */
function keepForLater(draft: Draft, { kind, elementInstanceId, timerNodeId }: FireTimer): void {
  draft.effects.push({ type: 'cancel-timer', elementInstanceId, timerNodeId });
  const isKept = draft.state.inbox.some(
    (entry) =>
      entry.type === 'timer' && entry.timer.elementInstanceId === elementInstanceId && entry.timer.timerNodeId === timerNodeId,
  );
  if (!isKept) draft.state.inbox = [...draft.state.inbox, { type: 'timer', timer: { kind, elementInstanceId, timerNodeId } }];
}
