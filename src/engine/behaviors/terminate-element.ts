import { isActivity, type FlowNode } from '../definition/process-definition.js';
import type { ElementInstance } from '../state/instance-state.js';
import { nodeOf, touchScope, type Draft } from '../state/draft.js';
import { endVisit } from './leave-element.js';

/** Ends a visit from outside, with all that is open in it: its attempt is told to stop, its incident is closed. */
export function terminateElement(draft: Draft, node: FlowNode, instance: ElementInstance, why: 'cancelled' | 'terminated'): void {
  if (instance.status === 'active') terminateScope(draft, instance.id, why);
  stopAttempt(draft, node, instance);
  if (instance.status === 'calling') draft.effects.push({ type: 'cancel-child', elementInstanceId: instance.id });
  if (instance.status === 'failed')
    draft.effects.push({ type: 'close-incident', elementInstanceId: instance.id, resolution: why });
  if (isActivity(node)) draft.terminatedTasks.push(node.id);
  endVisit(draft, node, instance, 'terminated');
}

/** Ends all that is open in a scope, and the scope; tokens on their way in it are dropped. */
export function terminateScope(draft: Draft, scopeId: number, why: 'cancelled' | 'terminated'): void {
  for (const element of [...touchScope(draft, scopeId).elements]) terminateElement(draft, nodeOf(draft, element), element, why);
  closeScope(draft, scopeId);
}

/** Forgets a scope. Its row goes with the step. */
export function closeScope(draft: Draft, scopeId: number): void {
  for (let i = draft.queue.length - 1; i >= 0; i--) if (draft.queue[i]?.scopeId === scopeId) draft.queue.splice(i, 1);
  delete draft.state.scopes[scopeId];
  draft.touchedScopes.add(scopeId);
}

function stopAttempt(draft: Draft, node: FlowNode, instance: ElementInstance): void {
  if (instance.status !== 'executing') return;
  // A worker hears of it by its next sign of life.
  if (instance.lock === null) draft.effects.push({ type: 'abort-attempt', elementInstanceId: instance.id });
  draft.effects.push({
    type: 'record-attempt',
    elementInstanceId: instance.id,
    nodeId: node.id,
    attempt: instance.attempt,
    outcome: 'aborted',
    input: instance.local,
    errorCode: null,
    errorMessage: null,
    details: null,
    ...(instance.lock !== null && { worker: instance.lock.worker }),
    startedAt: instance.attemptStartedAt ?? draft.context.now,
    endedAt: draft.context.now,
  });
}
