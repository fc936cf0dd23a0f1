import { takeInHands } from '../behaviors/close-run.js';
import { keepSurplus } from '../behaviors/join-tokens.js';
import { leaveBy } from '../behaviors/leave-element.js';
import { grantContinuations } from '../behaviors/put-off.js';
import { isActivity, type FlowNode, type SequenceFlow } from '../definition/process-definition.js';
import { changeVariables, nodeOf, touchElement, visibleVariables, type Draft } from '../state/draft.js';
import type { ElementInstance, InstanceState } from '../state/instance-state.js';
import type { Rejected } from '../step-result.js';
import type { SkipFailedTask } from './command.js';
import { findFailed, guard, reject } from './guards.js';
import { stepOver } from './keep-trail.js';

/** Passes over the failed task with a stated result; its own logic never ran (CONTRACT section 4). */
export function skipFailedTask(draft: Draft, before: InstanceState, command: SkipFailedTask): Rejected | null {
  const refused = guard(before, command.expectedVersion, ['error']);
  if (refused) return refused;
  const failed = findFailed(before, command);
  if ('kind' in failed) return failed;
  const instance = touchElement(draft, failed.id);
  if (!instance) return null;
  const node = nodeOf(draft, instance);

  changeVariables(draft, command.type, instance, command.outputs);
  const flows = waysOut(draft, node, instance, command.toActivityId);
  if ('kind' in flows) return flows;
  draft.effects.push({ type: 'close-incident', elementInstanceId: instance.id, resolution: 'skipped' });
  draft.subject = instance;
  grantContinuations(draft);
  takeInHands(draft);
  stepOver(draft, node, instance, false);
  const isJoin = node.type === 'parallelGateway' || node.type === 'inclusiveGateway';
  if (leaveBy(draft, node, instance, flows, 'skipped') && isJoin) keepSurplus(draft, node, instance);
  return null;
}

function waysOut(
  draft: Draft,
  node: FlowNode,
  instance: ElementInstance,
  toActivityId: string | null,
): readonly SequenceFlow[] | Rejected {
  if (toActivityId !== null) {
    const chosen = node.outgoing.filter((flow) => flow.target.id === toActivityId);
    return chosen.length > 0 ? chosen.slice(0, 1) : rejectTarget(node, `'${toActivityId}' is not where '${node.name}' leads.`);
  }
  if (node.outgoing.length <= 1 || node.type === 'parallelGateway') return node.outgoing;
  if (!isActivity(node)) return rejectTarget(node, `'${node.name}' has several ways out.`);
  try {
    const variables = visibleVariables(draft, instance.scopeId, instance.local);
    const taken = node.outgoing.filter(
      (flow) => !flow.isDefault && (flow.condition === null || flow.condition.evaluate(variables) === true),
    );
    if (taken.length > 0) return taken;
    return node.defaultFlow ? [node.defaultFlow] : rejectTarget(node, `No condition of the ways out of '${node.name}' holds.`);
  } catch {
    return rejectTarget(node, `The conditions of the ways out of '${node.name}' cannot be evaluated.`);
  }
}

function rejectTarget(node: FlowNode, why: string): Rejected {
  const allowed = node.outgoing.map((flow) => flow.target.id);
  return reject('UNKNOWN_TARGET', `${why} Name one of these as 'toActivityId': ${allowed.join(', ')}`, { allowed });
}
