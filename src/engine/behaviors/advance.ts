import { isActivity, type FlowNode } from '../definition/process-definition.js';
import type { Draft } from '../state/draft.js';
import { createElement, isPutOff, nodeOf, openElements, touchElement } from '../state/draft.js';
import type { ElementInstance } from '../state/instance-state.js';
import { closeFailedRun } from './close-run.js';
import { completeEmptyScopes } from './complete-scope.js';
import { fireCompletedJoin } from './join-tokens.js';
import { deriveStatus } from './derive-status.js';
import { putOff, settlePutOff } from './put-off.js';
import { releaseWait } from './release-waits.js';
import { settleResort } from './settle-resorts.js';

/** The end of a step: moves every token as far as it goes by itself, then says what the instance is now. */
export function advance(draft: Draft): void {
  moveTokens(draft);
  settlePutOff(draft);
  if (closeFailedRun(draft)) settlePutOff(draft);
  if (draft.state.endedAt === null) draft.state.status = deriveStatus(draft.state);
}

/** Moves every token as far as it goes by itself in this step, unless the instance has ended. */
export function moveTokens(draft: Draft): void {
  if (draft.state.endedAt !== null) return;
  do {
    for (let entry = draft.queue.shift(); entry; entry = draft.queue.shift()) enter(draft, entry.node, entry.scopeId, entry.via);
  } while (settleResort(draft) || fireCompletedJoin(draft) || completeEmptyScopes(draft));
}

function enter(draft: Draft, node: FlowNode, scopeId: number, via: string | null): void {
  begin(draft, node, createElement(draft, node, scopeId, via), false);
}

/** Does the element's deed, unless it must be held back or the step is full. `mayBegin`: stepping does not hold it back. */
function begin(draft: Draft, node: FlowNode, instance: ElementInstance, mayBegin: boolean): void {
  if (draft.state.paused || (!mayBegin && isStoodBefore(draft, node))) return;
  if (draft.budget-- > 0) draft.activate(draft, node, instance);
  else putOff(draft, instance);
}

/** Supervised instances stand before each task until they are stepped. */
function isStoodBefore({ state }: Draft, node: FlowNode): boolean {
  return state.executionMode === 'Supervised' && isActivity(node);
}

/** Activates what was held back while the instance was paused or a step was full; what does not fit into this step is put off again. */
export function activateHeld(draft: Draft): void {
  for (const { id, status } of openElements(draft.state)) {
    if (status !== 'ready') continue;
    const instance = touchElement(draft, id);
    if (!instance) continue;
    // A task that goes on later was stepped into before, or nothing would make it go on.
    const mayBegin = isPutOff(instance);
    releaseWait(draft, instance);
    begin(draft, nodeOf(draft, instance), instance, mayBegin);
  }
}
