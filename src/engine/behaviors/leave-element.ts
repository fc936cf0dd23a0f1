import { isActivity, type FlowNode, type SequenceFlow } from '../definition/process-definition.js';
import { ROOT_SCOPE, type ElementInstance } from '../state/instance-state.js';
import { removeElement, takeFlows, visibleVariables, type Draft } from '../state/draft.js';
import { expressionFailure, failElement } from './fail-element.js';
import { refuseTokens } from './put-off.js';
import { releaseWaits } from './release-waits.js';

/** The visit ends well: leaves by the flows whose conditions hold. False: there is no way out, and the element has failed. */
export function completeElement(
  draft: Draft,
  node: FlowNode,
  instance: ElementInstance,
  status: 'completed' | 'skipped' = 'completed',
): boolean {
  const flows = chooseFlows(draft, node, instance);
  return flows !== null && leaveBy(draft, node, instance, flows, status);
}

/** The visit ends and exactly these flows are taken. False: there would be too many tokens, and the element has failed. */
export function leaveBy(
  draft: Draft,
  node: FlowNode,
  instance: ElementInstance,
  flows: readonly SequenceFlow[],
  status: 'completed' | 'skipped',
): boolean {
  const refused = flows.length > 1 ? refuseTokens(draft, node.name, flows.length - 1) : null;
  if (refused) failElement(draft, node, instance, refused);
  else {
    endVisit(draft, node, instance, status, flows);
    takeFlows(draft, flows, instance.scopeId);
  }
  return refused === null;
}

/** Takes the element instance out of its scope, with its timers and its subscription, and records the visit. */
export function endVisit(
  draft: Draft,
  node: FlowNode,
  instance: ElementInstance,
  status: 'completed' | 'terminated' | 'skipped',
  flows: readonly SequenceFlow[] = [],
): void {
  releaseWaits(draft, instance);
  removeElement(draft, instance);
  draft.effects.push({
    type: 'record-activity',
    elementInstanceId: instance.id,
    nodeId: node.id,
    elementType: node.type,
    scopeElementInstanceId: instance.scopeId === ROOT_SCOPE ? null : instance.scopeId,
    status,
    takenFlowIds: flows.map((flow) => flow.id),
    input: instance.local,
    attempts: instance.attempt,
    startedAt: instance.startedAt,
    endedAt: draft.context.now,
  });
}

/**
 * BPMN 2.0.2 section 13.3.1: an element other than a gateway leaves by every flow without a condition and every one whose
 * condition holds, else by its default. Null: it has failed.
 */
function chooseFlows(draft: Draft, node: FlowNode, instance: ElementInstance): readonly SequenceFlow[] | null {
  if (node.outgoing.every((flow) => flow.condition === null)) return node.outgoing;
  const variables = visibleVariables(draft, instance.scopeId, isActivity(node) ? instance.local : null);
  const taken: SequenceFlow[] = [];
  for (const flow of node.outgoing) {
    if (flow.isDefault) continue;
    try {
      if (flow.condition === null || flow.condition.evaluate(variables) === true) taken.push(flow);
    } catch (error) {
      failElement(draft, node, instance, expressionFailure(`the condition of flow '${flow.id}'`, error));
      return null;
    }
  }
  if (taken.length > 0) return taken;
  if (node.defaultFlow) return [node.defaultFlow];
  failElement(draft, node, instance, {
    code: 'NO_FLOW_TAKEN',
    kind: 'model',
    message: `Expected one of the outgoing flows of '${node.name}' to be taken, but no condition holds and there is no default flow.`,
  });
  return null;
}
