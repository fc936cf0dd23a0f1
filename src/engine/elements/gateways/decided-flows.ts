import type { Failure } from '../../behaviors/fail-element.js';
import type { GatewayNode, SequenceFlow } from '../../definition/process-definition.js';
import type { JsonValue } from '../../state/json.js';

/** The outgoing flows that a script named by id; null when it named none, or one that does not exist. */
export function decidedFlows(node: GatewayNode, result: JsonValue): SequenceFlow[] | null {
  const ids: readonly JsonValue[] = Array.isArray(result) ? result : [];
  const flows = node.outgoing.filter((flow) => ids.includes(flow.id));
  return flows.length === 0 || flows.length !== new Set(ids).size ? null : flows;
}

/** No condition holds, and there is no default. */
export function noFlowTaken(node: GatewayNode): Failure {
  return {
    code: 'NO_FLOW_TAKEN',
    kind: 'model',
    message: `Expected one of the outgoing flows of '${node.name}' to be taken, but no condition holds and there is no default flow.`,
  };
}
