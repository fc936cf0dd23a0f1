import type { FlowNode, GatewayNode } from '../definition/process-definition.js';
import { createElement, nodeOf, removeElement, touchElement, touchScope, type Draft } from '../state/draft.js';
import type { ElementInstance, ScopeState } from '../state/instance-state.js';
import { failElement } from './fail-element.js';

/** The instance with which tokens gather at a join: an older one takes in the newcomer's tokens. */
export function gather(draft: Draft, node: GatewayNode, instance: ElementInstance): ElementInstance {
  const older = touchScope(draft, instance.scopeId).elements.find(
    (other) => other.nodeId === node.id && other.status === 'joining' && other.id !== instance.id,
  );
  if (!older) {
    instance.status = 'joining';
    return instance;
  }
  older.arrived = [...older.arrived, ...instance.arrived];
  removeElement(draft, instance);
  return older;
}

/** Takes one token of each incoming flow for a passage that has been made; surplus ones wait on as a new visit. */
export function keepSurplus(draft: Draft, node: GatewayNode, passed: ElementInstance): void {
  if (node.incoming.length <= 1) return;
  const surplus = [...passed.arrived];
  for (const flow of node.incoming) {
    const at = surplus.indexOf(flow.id);
    if (at >= 0) surplus.splice(at, 1);
  }
  if (surplus.length === 0) return;
  const next = createElement(draft, node, passed.scopeId, null);
  next.arrived = surplus;
  next.status = 'joining';
}

/**
 * Fires one inclusive join that is complete: no token can reach it any more by a flow that has none yet. (BPMN 2.0.2 table 13.3
 * lets a join go on where that token could also come by a flow that has one; waiting for it too never passes a join twice.)
 * Only one, as its token may be on its way to another join. Joins that can never be complete become incidents. True when
 * something moved.
 */
export function fireCompletedJoin(draft: Draft): boolean {
  if (draft.state.paused) return false;
  for (const key in draft.state.scopes) {
    const scope = draft.state.scopes[key];
    const joining = scope?.elements.filter((element) => element.status === 'joining') ?? [];
    if (!scope || joining.length === 0) continue;
    for (const { id } of joining.filter((element) => isComplete(draft, scope, element))) {
      const instance = touchElement(draft, id);
      if (!instance) continue;
      draft.activate(draft, nodeOf(draft, instance), instance);
      return true;
    }
    if (joining.length === scope.elements.length) failDeadJoins(draft, scope.id);
  }
  return false;
}

function isComplete(draft: Draft, { elements }: ScopeState, joining: ElementInstance): boolean {
  const node = nodeOf(draft, joining);
  if (node.type !== 'inclusiveGateway') return false;
  const missing = node.reachableFrom.filter((_, i) => !joining.arrived.includes(node.incoming[i]?.id ?? ''));
  if (missing.length === 0) return true;
  return !elements.some(
    (other) =>
      other.id !== joining.id &&
      (other.nodeId === node.id ? other.status === 'ready' : missing.some((from) => from.has(nodeOf(draft, other).index))),
  );
}

/** All that is left in the scope waits for tokens that cannot come. */
function failDeadJoins(draft: Draft, scopeId: number): void {
  for (const joining of [...touchScope(draft, scopeId).elements]) {
    const node: FlowNode = nodeOf(draft, joining);
    const missing = node.incoming.filter((flow) => !joining.arrived.includes(flow.id)).map((flow) => flow.id);
    failElement(draft, node, joining, {
      code: 'JOIN_INCOMPLETE',
      kind: 'model',
      message: `Expected a token on each incoming flow of '${node.name}', but none can arrive any more on: ${missing.join(', ')}.`,
    });
  }
}
