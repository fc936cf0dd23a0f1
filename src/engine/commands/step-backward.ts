import { terminateElement } from '../behaviors/terminate-element.js';
import { changesBetween, createElement, nodeOf, replaceVariables, touchElement, type Draft } from '../state/draft.js';
import type { ElementInstance, InstanceState } from '../state/instance-state.js';
import type { Rejected } from '../step-result.js';
import { expectInvariant } from '../invariant.js';
import { guard, reject } from './guards.js';

/**
 * Supervised mode: stands before the previous task again, with the variables of that time. What it did outside is not
 * undone. Refused where its token has gone further than to tasks that are stood before or wait: into a join, to an end, or out
 * of its sub-process.
 */
export function stepBackward(draft: Draft, before: InstanceState): Rejected | null {
  if (before.executionMode !== 'Supervised') {
    return reject('NOT_SUPERVISED', `Process instance is not in supervised mode. Current mode: ${before.executionMode}`, {
      currentStatus: before.status,
      executionMode: before.executionMode,
    });
  }
  const refused = guard(before, null, ['waiting']);
  if (refused) return refused;
  const previous = before.trail[before.trail.length - 1];
  const followers = (previous?.followers ?? []).map((id) => touchElement(draft, id));
  if (!previous || followers.length === 0 || !followers.every(canBeGivenUp)) {
    return reject('NO_PREVIOUS_TASK', 'There is no previous task in this scope to step back to.', {
      currentStatus: before.status,
    });
  }
  const node = draft.definition.nodesById.get(previous.nodeId);
  expectInvariant(node, 'the task of a step backward to exist');
  for (const leaving of followers) terminateElement(draft, nodeOf(draft, leaving), leaving, 'terminated');
  draft.previousExecution = previous;
  const { variablesBefore } = previous;
  draft.changes.push(...changesBetween(draft.state.variables, variablesBefore));
  const names = Object.keys({ ...draft.state.variables, ...variablesBefore });
  replaceVariables(draft, 'step-backward', { id: previous.elementInstanceId }, variablesBefore, names);
  const again = createElement(draft, node, previous.scopeId, null);
  draft.state.trail = before.trail.slice(0, -1).map((step) => ({
    ...step,
    followers: step.followers.map((id) => (id === previous.elementInstanceId ? again.id : id)),
  }));
  draft.subject = again;
  return null;
}

function canBeGivenUp(element: ElementInstance | null): element is ElementInstance {
  return element !== null && (element.status === 'ready' || element.status === 'waiting');
}
