import { nodeOf, touchElement, type Draft } from '../state/draft.js';
import { ROOT_SCOPE } from '../state/instance-state.js';
import { closeScope } from './terminate-element.js';
import { completeElement } from './leave-element.js';
import { writeResult } from './map-variables.js';

/** A scope in which nothing is left ends: the instance with the root, a sub-process with its own. True when something moved. */
export function completeEmptyScopes(draft: Draft): boolean {
  let moved = false;
  for (const key in draft.state.scopes) {
    const scope = draft.state.scopes[key];
    if (!scope || scope.elements.length > 0) continue;
    if (scope.id === ROOT_SCOPE) completeInstance(draft);
    else completeSubProcess(draft, scope.id);
    moved = true;
  }
  return moved;
}

function completeInstance(draft: Draft): void {
  closeScope(draft, ROOT_SCOPE);
  Object.assign(draft.state, { status: 'completed', paused: false, endedAt: draft.context.now, trail: [], inbox: [] });
}

function completeSubProcess(draft: Draft, scopeId: number): void {
  closeScope(draft, scopeId);
  const instance = touchElement(draft, scopeId);
  if (!instance) return;
  const node = nodeOf(draft, instance);
  instance.status = 'ready';
  if (node.type === 'subProcess' && writeResult(draft, node, instance, { result: null, variables: null }))
    completeElement(draft, node, instance);
}
