import { consumeArrivals, gather } from '../../behaviors/join-tokens.js';
import { leaveBy } from '../../behaviors/leave-element.js';
import type { GatewayNode } from '../../definition/process-definition.js';
import { createElement } from '../../state/draft.js';
import type { Element } from '../element.js';

/** Parallel gateway (BPMN 2.0.2 section 13.4.1): waits for a token on each incoming flow, then takes every outgoing one. */
export const parallelGateway: Element<GatewayNode> = {
  activate(draft, node, instance) {
    const incoming = node.incoming.map((flow) => flow.id);
    const joining = incoming.length > 1 ? gather(draft, node, instance) : instance;
    if (!incoming.every((id) => incoming.length <= 1 || joining.arrived.includes(id))) return;
    const surplus = consumeArrivals(joining, incoming);
    leaveBy(draft, node, joining, node.outgoing, 'completed');
    if (incoming.length <= 1 || surplus.length === 0) return;
    const next = createElement(draft, node, joining.scopeId, null);
    next.arrived = surplus;
    parallelGateway.activate(draft, node, next);
  },
};
