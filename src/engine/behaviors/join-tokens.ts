import type { FlowNode, GatewayNode } from '../definition/process-definition.js';
import { nodeOf, removeElement, touchScope, type Draft } from '../state/draft.js';
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
  older.arrived.push(...instance.arrived);
  removeElement(draft, instance);
  return older;
}

/** Takes one token of each flow for this passage; surplus ones wait on as a new visit. */
export function consumeArrivals(instance: ElementInstance, flowIds: readonly string[]): string[] {
  const surplus = [...instance.arrived];
  for (const flowId of flowIds) {
    const at = surplus.indexOf(flowId);
    if (at >= 0) surplus.splice(at, 1);
  }
  return surplus;
}

/**
 * Inclusive joins are complete when no token can reach them any more by a flow that has none yet (BPMN 2.0.2 table 13.3).
 * Also finds joins that can never be complete and makes them incidents. True when some token moved.
 */
export function fireCompletedJoins(draft: Draft): boolean {
  let moved = false;
  for (const key in draft.state.scopes) {
    const scope = draft.state.scopes[key];
    if (!scope || draft.state.paused || !scope.elements.some((element) => element.status === 'joining')) continue;
    for (const { id } of scope.elements.filter((element) => element.status === 'joining')) {
      const joining = touchScope(draft, scope.id).elements.find((element) => element.id === id);
      const node = joining && nodeOf(draft, joining);
      if (!joining || node?.type !== 'inclusiveGateway' || canStillArrive(draft, scope.id, node, joining)) continue;
      draft.activate(draft, node, joining);
      moved = true;
    }
    if (!moved) failDeadJoins(draft, scope);
  }
  return moved;
}

function canStillArrive(draft: Draft, scopeId: number, node: GatewayNode, joining: ElementInstance): boolean {
  const others = touchScope(draft, scopeId).elements.filter((element) => element.id !== joining.id);
  return node.incoming.some(
    (flow, i) =>
      !joining.arrived.includes(flow.id) && others.some((other) => node.reachableFrom[i]?.has(nodeOf(draft, other).index)),
  );
}

/** All that is left in the scope waits for tokens that cannot come. */
function failDeadJoins(draft: Draft, { id, elements }: ScopeState): void {
  if (!elements.every((element) => element.status === 'joining')) return;
  for (const joining of [...touchScope(draft, id).elements]) {
    const node: FlowNode = nodeOf(draft, joining);
    const missing = node.incoming.filter((flow) => !joining.arrived.includes(flow.id)).map((flow) => flow.id);
    failElement(draft, node, joining, {
      code: 'JOIN_INCOMPLETE',
      kind: 'model',
      message: `Expected a token on each incoming flow of '${node.name}', but none can arrive any more on: ${missing.join(', ')}.`,
    });
  }
}
