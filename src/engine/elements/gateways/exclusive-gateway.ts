import { expressionFailure, failElement } from '../../behaviors/fail-element.js';
import { leaveBy } from '../../behaviors/leave-element.js';
import { runAttempt } from '../../behaviors/run-attempt.js';
import type { GatewayNode, SequenceFlow } from '../../definition/process-definition.js';
import { visibleVariables } from '../../state/draft.js';
import type { Element } from '../element.js';
import { decidedFlows, noFlowTaken } from './decided-flows.js';

/** Exclusive gateway (BPMN 2.0.2 section 13.4.2): the first flow whose condition holds, else the default. */
export const exclusiveGateway: Element<GatewayNode> = {
  activate(draft, node, instance) {
    instance.attempt++;
    if (node.decision) return runAttempt(draft, node, instance);
    const variables = visibleVariables(draft, instance.scopeId, null);
    let chosen: SequenceFlow | null = null;
    for (const flow of node.outgoing) {
      if (flow.isDefault) continue;
      try {
        if (flow.condition !== null && flow.condition.evaluate(variables) !== true) continue;
      } catch (error) {
        return failElement(draft, node, instance, expressionFailure(`the condition of flow '${flow.id}'`, error));
      }
      chosen = flow;
      break;
    }
    chosen ??= node.defaultFlow;
    if (chosen === null && node.outgoing.length > 0) return failElement(draft, node, instance, noFlowTaken(node));
    leaveBy(draft, node, instance, chosen === null ? [] : [chosen], 'completed');
  },

  /** A script has decided. */
  resolve(draft, node, instance, { result }) {
    const flows = decidedFlows(node, result)?.slice(0, 1);
    if (!flows) failElement(draft, node, instance, noFlowTaken(node));
    else leaveBy(draft, node, instance, flows, 'completed');
  },
};
