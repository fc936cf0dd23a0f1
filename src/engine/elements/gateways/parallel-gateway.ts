import { gather, keepSurplus } from '../../behaviors/join-tokens.js';
import { leaveBy } from '../../behaviors/leave-element.js';
import type { GatewayNode } from '../../definition/process-definition.js';
import type { Element } from '../element.js';

/** Parallel gateway (BPMN 2.0.2 section 13.4.1): waits for a token on each incoming flow, then takes every outgoing one. */
export const parallelGateway: Element<GatewayNode> = {
  /** Retried after it could never be complete: waits on, for what has arrived meanwhile. */
  activate(draft, node, instance) {
    instance.attempt++;
    instance.incident = null;
    const joining = node.incoming.length > 1 ? gather(draft, node, instance) : instance;
    if (node.incoming.length > 1 && !node.incoming.every((flow) => joining.arrived.includes(flow.id))) return;
    if (leaveBy(draft, node, joining, node.outgoing, 'completed')) keepSurplus(draft, node, joining);
  },
};
