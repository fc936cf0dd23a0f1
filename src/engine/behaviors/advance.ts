import { isActivity, type FlowNode } from '../definition/process-definition.js';
import type { Draft } from '../state/draft.js';
import { createElement, isPutOff, nodeOf, openElements, touchElement } from '../state/draft.js';
import type { ElementInstance } from '../state/instance-state.js';
import { completeEmptyScopes } from './complete-scope.js';
import { failElement } from './fail-element.js';
import { fireCompletedJoin } from './join-tokens.js';
import { deriveStatus } from './derive-status.js';
import { releaseWait } from './release-waits.js';

/** Steps in a row that may put something off before what is put off is taken for an endless loop. */
const CONTINUATIONS = 10;

/** Moves every token as far as it goes by itself, then says what the instance is now. */
export function advance(draft: Draft): void {
  do {
    for (let entry = draft.queue.shift(); entry; entry = draft.queue.shift()) enter(draft, entry.node, entry.scopeId, entry.via);
  } while (fireCompletedJoin(draft) || completeEmptyScopes(draft));
  const { state } = draft;
  if (state.endedAt === null) {
    if (draft.putOff) state.continuations++;
    else if (state.continuations > 0 && !openElements(state).some(isPutOff)) state.continuations = 0;
    state.status = deriveStatus(state);
  }
}

function enter(draft: Draft, node: FlowNode, scopeId: number, via: string | null): void {
  begin(draft, node, createElement(draft, node, scopeId, via));
}

/** Does the element's deed, unless it must be held back or the step is full. */
function begin(draft: Draft, node: FlowNode, instance: ElementInstance): void {
  if (mustHold(draft, node, instance)) return;
  if (draft.budget-- > 0) draft.activate(draft, node, instance);
  else putOff(draft, node, instance);
}

/** Paused instances begin nothing; supervised ones stand before each task until they are stepped. */
function mustHold(draft: Draft, node: FlowNode, instance: ElementInstance): boolean {
  if (draft.state.paused) return true;
  return draft.state.executionMode === 'Supervised' && isActivity(node) && draft.steppedInto !== instance.id;
}

/** Activates what was held back while the instance was paused or a step was full; what does not fit into this step is put off again. */
export function activateHeld(draft: Draft): void {
  for (const { id, status } of openElements(draft.state)) {
    if (status !== 'ready') continue;
    const instance = touchElement(draft, id);
    if (!instance) continue;
    releaseWait(draft, instance);
    begin(draft, nodeOf(draft, instance), instance);
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
  draft.putOff = true;
  instance.dueAt = draft.context.now;
  draft.effects.push({
    type: 'schedule-timer',
    kind: 'continue',
    elementInstanceId: instance.id,
    timerNodeId: '',
    dueAt: instance.dueAt,
  });
}
