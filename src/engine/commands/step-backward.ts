import { terminateElement } from '../behaviors/terminate-element.js';
import { createElement, nodeOf, openElements, touchElement, type Draft } from '../state/draft.js';
import type { InstanceState } from '../state/instance-state.js';
import type { Rejected } from '../step-result.js';
import { expectInvariant } from '../invariant.js';
import { guard, reject } from './guards.js';

/**
 * Supervised mode: stands before the previous task again, with the variables of that time. What it did outside is not
 * undone.
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
  const current = openElements(before).find(
    (element) => element.scopeId === previous?.scopeId && (element.status === 'ready' || element.status === 'waiting'),
  );
  if (!previous || !before.scopes[previous.scopeId] || !current) {
    return reject('NO_PREVIOUS_TASK', 'There is no previous task in this scope to step back to.', {
      currentStatus: before.status,
    });
  }
  const leaving = touchElement(draft, current.id);
  const node = draft.definition.nodesById.get(previous.nodeId);
  expectInvariant(leaving && node, 'the tasks of a step backward to exist');
  terminateElement(draft, nodeOf(draft, leaving), leaving, 'terminated');
  draft.previousExecution = previous;
  draft.state.trail = before.trail.slice(0, -1);
  draft.state.variables = previous.variablesBefore;
  draft.subject = createElement(draft, node, previous.scopeId, null);
  return null;
}
