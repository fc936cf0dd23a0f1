import { isPutOff, nodeOf, openElements, touchElement, type Draft } from '../state/draft.js';
import type { ElementInstance, InstanceState } from '../state/instance-state.js';
import type { Rejected } from '../step-result.js';
import { guard, reject } from './guards.js';
import { stepOver } from './keep-trail.js';

/** Supervised mode: executes the task that the process stands before; it stands before the next one after that. */
export function stepForward(draft: Draft, before: InstanceState): Rejected | null {
  const standing = findStanding(before);
  if ('kind' in standing) return standing;
  const instance = touchElement(draft, standing.id);
  if (!instance) return null;
  draft.subject = instance;
  draft.steppedInto = instance.id;
  const node = nodeOf(draft, instance);
  stepOver(draft, node, instance, true);
  draft.activate(draft, node, instance);
  return null;
}

/** The oldest task that a supervised process stands before. */
function findStanding(before: InstanceState): ElementInstance | Rejected {
  if (before.executionMode !== 'Supervised') {
    return reject('NOT_SUPERVISED', `Process instance is not in supervised mode. Current mode: ${before.executionMode}`, {
      currentStatus: before.status,
      executionMode: before.executionMode,
    });
  }
  const refused = guard(before, null, ['waiting']);
  if (refused) return refused;
  const standing = openElements(before).find((element) => element.status === 'ready' && !isPutOff(element));
  if (standing) return standing;
  const waiting = openElements(before)
    .filter((element) => element.status === 'waiting')
    .map((element) => element.nodeId);
  return reject('TASK_NOT_WAITING', `The process stands before no task; it waits at: ${waiting.join(', ')}. Signal it instead.`, {
    currentStatus: before.status,
    waitingTasks: waiting,
  });
}
