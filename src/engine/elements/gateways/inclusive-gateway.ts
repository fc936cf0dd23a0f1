import { expressionFailure, failElement } from '../../behaviors/fail-element.js';
import { gather, keepSurplus } from '../../behaviors/join-tokens.js';
import { leaveBy } from '../../behaviors/leave-element.js';
import { runAttempt } from '../../behaviors/run-attempt.js';
import type { GatewayNode, SequenceFlow } from '../../definition/process-definition.js';
import { visibleVariables, type Draft } from '../../state/draft.js';
import type { ElementInstance } from '../../state/instance-state.js';
import type { Element } from '../element.js';
import { decidedFlows, noFlowTaken } from './decided-flows.js';

/**
 * Inclusive gateway (BPMN 2.0.2 section 13.4.3): waits for all tokens that can still come, then takes every flow whose
 * condition holds, else the default.
 */
export const inclusiveGateway: Element<GatewayNode> = {
  /** A newcomer (`ready`) gathers with the others; `fireCompletedJoin` activates what has gathered (`joining`) when no more can come. */
  activate(draft, node, instance) {
    if (node.incoming.length > 1 && instance.status === 'ready') gather(draft, node, instance);
    else split(draft, node, instance);
  },

  /** A script has decided. */
  resolve(draft, node, instance, { result }) {
    const flows = decidedFlows(node, result);
    if (!flows) failElement(draft, node, instance, noFlowTaken(node));
    else leave(draft, node, instance, flows);
  },
};

function split(draft: Draft, node: GatewayNode, instance: ElementInstance): void {
  instance.attempt++;
  if (node.decision) return runAttempt(draft, node, instance);
  const variables = visibleVariables(draft, instance.scopeId, null);
  const taken: SequenceFlow[] = [];
  for (const flow of node.outgoing) {
    if (flow.isDefault) continue;
    try {
      if (flow.condition === null || flow.condition.evaluate(variables) === true) taken.push(flow);
    } catch (error) {
      return failElement(draft, node, instance, expressionFailure(`the condition of flow '${flow.id}'`, error));
    }
  }
  if (taken.length === 0 && node.defaultFlow) taken.push(node.defaultFlow);
  if (taken.length === 0 && node.outgoing.length > 0) return failElement(draft, node, instance, noFlowTaken(node));
  leave(draft, node, instance, taken);
}

function leave(draft: Draft, node: GatewayNode, instance: ElementInstance, flows: readonly SequenceFlow[]): void {
  if (leaveBy(draft, node, instance, flows, 'completed')) keepSurplus(draft, node, instance);
}
