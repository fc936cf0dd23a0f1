import { isActivity, type FlowNode, type GatewayNode } from '../../engine/index.js';

/**
 * For each incoming flow of a gateway, the nodes of its scope from which that flow can be reached without passing the gateway.
 * A boundary event is reached from the activity it is attached to.
 */
export function reachableFrom(gateway: GatewayNode, nodesById: ReadonlyMap<string, FlowNode>): ReadonlySet<number>[] {
  return gateway.incoming.map((flow) => {
    const found = new Set<number>();
    const open: FlowNode[] = [flow.source];
    for (let node = open.pop(); node; node = open.pop()) {
      if (node === gateway || found.has(node.index)) continue;
      found.add(node.index);
      for (const { source } of node.incoming) open.push(source);
      const host = node.type === 'boundaryEvent' ? nodesById.get(node.attachedTo) : undefined;
      if (host && isActivity(host)) open.push(host);
    }
    return found;
  });
}
