import { isActivity, type FlowNode } from '../definition/process-definition.js';
import type { Draft } from '../state/draft.js';
import { createElement, nodeOf, openElements, touchElement } from '../state/draft.js';
import type { ElementInstance } from '../state/instance-state.js';
import { completeEmptyScopes } from './complete-scope.js';
import { failElement } from './fail-element.js';
import { fireCompletedJoins } from './join-tokens.js';
import { deriveStatus } from './derive-status.js';

/** Steps in a row that may be put off without a single wait before the element is taken for an endless loop. */
const CONTINUATIONS = 10;

/** Moves every token as far as it goes by itself, then says what the instance is now. */
export function advance(draft: Draft): void {
  do {
    for (let entry = draft.queue.shift(); entry; entry = draft.queue.shift()) enter(draft, entry.node, entry.scopeId, entry.via);
  } while (fireCompletedJoins(draft) || completeEmptyScopes(draft));
  const { state } = draft;
  if (state.endedAt === null) {
    state.status = deriveStatus(state);
    if (openElements(state).some((element) => element.status !== 'ready' && element.status !== 'active')) state.continuations = 0;
  }
}

function enter(draft: Draft, node: FlowNode, scopeId: number, via: string | null): void {
  const instance = createElement(draft, node, scopeId, via);
  if (draft.budget-- <= 0) return putOff(draft, node, instance);
  if (mustHold(draft, node, instance)) return;
  activate(draft, instance);
}

/** Does the element's deed, unless the instance is paused or supervised and must stand before it. */
export function activate(draft: Draft, instance: ElementInstance): void {
  const node = nodeOf(draft, instance);
  draft.activate(draft, node, instance);
}

/** Paused instances begin nothing; supervised ones stand before each task until they are stepped. */
function mustHold(draft: Draft, node: FlowNode, instance: ElementInstance): boolean {
  if (draft.state.paused) return true;
  return draft.state.executionMode === 'Supervised' && isActivity(node) && draft.steppedInto !== instance.id;
}

/** Activates what was held back while the instance was paused or the step was full. */
export function activateHeld(draft: Draft, only: number | null): void {
  for (const { id, status } of openElements(draft.state)) {
    if (status !== 'ready' || (only !== null && id !== only)) continue;
    const instance = touchElement(draft, id);
    if (instance && !mustHold(draft, nodeOf(draft, instance), instance)) activate(draft, instance);
  }
}

/** The step is full: the rest is done by a `continue` row, and at some point taken for an endless loop. */
function putOff(draft: Draft, node: FlowNode, instance: ElementInstance): void {
  if (draft.state.continuations >= CONTINUATIONS) {
    failElement(draft, node, instance, {
      code: 'STEP_LIMIT',
      kind: 'model',
      message: `Expected '${node.name}' to be reached within a bounded number of steps, but the process runs in a loop without any wait.`,
    });
    return;
  }
  draft.state.continuations++;
  draft.effects.push({
    type: 'schedule-timer',
    kind: 'continue',
    elementInstanceId: instance.id,
    timerNodeId: '',
    dueAt: draft.context.now,
  });
}
