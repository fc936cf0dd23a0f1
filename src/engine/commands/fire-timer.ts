import { activateHeld } from '../behaviors/advance.js';
import { fireBoundaryTimer } from '../behaviors/boundary-events.js';
import { releaseWait } from '../behaviors/release-waits.js';
import { elementOf } from '../elements/index.js';
import { isPutOff, nodeOf, touchElement, type Draft } from '../state/draft.js';
import type { ElementInstance, InstanceState } from '../state/instance-state.js';
import type { Rejected } from '../step-result.js';
import type { FireTimer } from './command.js';
import { reject } from './guards.js';

/** A timer row fell due. Refused (and the row dropped) when the visit no longer waits for it. */
export function fireTimer(draft: Draft, before: InstanceState, command: FireTimer): Rejected | null {
  const instance = touchElement(draft, command.elementInstanceId);
  if (!instance || !isAwaited(instance, command)) {
    return reject('NOTHING_DUE', `Element instance ${command.elementInstanceId} does not wait for this timer.`, {
      currentStatus: before.status,
    });
  }
  const node = nodeOf(draft, instance);
  draft.subject = instance;
  if (draft.state.paused) keepForLater(draft, instance, command);
  else if (command.kind === 'boundary-timer') fireBoundaryTimer(draft, node, instance, command.timerNodeId);
  else {
    draft.effects.push({ type: 'cancel-timer', elementInstanceId: instance.id, timerNodeId: '' });
    instance.dueAt = null;
    if (command.kind === 'retry') draft.activate(draft, node, instance);
    else if (command.kind === 'continue') activateHeld(draft);
    else elementOf(node).resolve?.(draft, node, instance, { result: null, variables: null });
  }
  return null;
}

function isAwaited(instance: ElementInstance, command: FireTimer): boolean {
  switch (command.kind) {
    case 'retry':
      return instance.status === 'retrying';
    case 'continue':
      return isPutOff(instance);
    case 'timer':
      return instance.status === 'waiting' && instance.dueAt !== null;
    case 'boundary-timer':
      return instance.boundaryTimers.some((timer) => timer.nodeId === command.timerNodeId);
  }
}

/** The row goes, the firing stays: it is acted on at resume, which goes on with all that is held back anyway. */
function keepForLater(draft: Draft, instance: ElementInstance, { kind, elementInstanceId, timerNodeId }: FireTimer): void {
  if (kind === 'continue') return releaseWait(draft, instance);
  draft.effects.push({ type: 'cancel-timer', elementInstanceId, timerNodeId });
  const isKept = draft.state.inbox.some(
    (entry) =>
      entry.type === 'timer' && entry.timer.elementInstanceId === elementInstanceId && entry.timer.timerNodeId === timerNodeId,
  );
  if (!isKept) draft.state.inbox = [...draft.state.inbox, { type: 'timer', timer: { kind, elementInstanceId, timerNodeId } }];
}
