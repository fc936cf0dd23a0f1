import { failElement, type Failure } from '../behaviors/fail-element.js';
import { isActivity, type FlowNode } from '../definition/process-definition.js';
import { nodeOf, openElements, touchElement, type Draft } from '../state/draft.js';
import type { ElementInstance, InstanceState } from '../state/instance-state.js';
import type { Rejected } from '../step-result.js';
import type { LoseAttempts } from './command.js';
import { reject } from './guards.js';

/** Losses in a row after which a person decides: a task that ends its server would take down one server after the other. */
const LOSSES = 3;

/**
 * The process that ran these attempts is dead. Each is run again here (at least once), or becomes an incident with unknown
 * outcome (at most once, or lost again and again). While the instance is paused, nothing is begun: the visit is held for the resume.
 */
export function loseAttempts(draft: Draft, before: InstanceState, command: LoseAttempts): Rejected | null {
  const lost = openElements(before).filter((element) => element.status === 'executing' && element.owner === command.lostNode);
  if (lost.length === 0)
    return reject('NOTHING_DUE', `Node ${command.lostNode} runs no attempt of this instance.`, { lostNode: command.lostNode });
  for (const { id } of lost) {
    const instance = touchElement(draft, id);
    if (instance) takeOver(draft, nodeOf(draft, instance), instance, command);
  }
  return null;
}

function takeOver(draft: Draft, node: FlowNode, instance: ElementInstance, command: LoseAttempts): void {
  const { lostNode, drained } = command;
  const losses = instance.lossesInARow + (drained ? 0 : 1);
  if (deliveryOf(node) === 'at-most-once') return failElement(draft, node, instance, outcomeUnknown(node, instance));
  if (losses >= LOSSES) return failElement(draft, node, instance, attemptsLost(node, losses));
  draft.effects.push({
    type: 'record-attempt',
    elementInstanceId: instance.id,
    nodeId: node.id,
    attempt: instance.attempt,
    outcome: 'lost',
    errorCode: 'ATTEMPT_LOST',
    errorMessage: 'The server that executed the attempt ended.',
    details: null,
    startedAt: instance.attemptStartedAt ?? draft.context.now,
    endedAt: draft.context.now,
  });
  draft.effects.push({
    type: 'record-decision',
    action: 'AttemptTakenOver',
    outcome: 'succeeded',
    elementInstanceId: instance.id,
    nodeId: node.id,
    attempt: instance.attempt,
    changes: [],
    detail: {
      lostNode,
      byNode: draft.context.node,
      reason: `the server that executed the attempt ${drained ? 'was shut down' : 'ended'}; the task may run more than once`,
    },
  });
  instance.lossesInARow = losses;
  instance.budgetFrom++;
  instance.owner = null;
  if (draft.state.paused) instance.status = 'ready';
  else draft.activate(draft, node, instance);
}

function outcomeUnknown(node: FlowNode, { attempt }: ElementInstance): Failure {
  return {
    code: 'OUTCOME_UNKNOWN',
    kind: 'unknown-outcome',
    message: `The server that executed '${node.name}' ended in the middle of attempt ${attempt}; whether its work was done is unknown.`,
    details: { outcome: 'unknown' },
  };
}

function attemptsLost(node: FlowNode, losses: number): Failure {
  return {
    code: 'ATTEMPTS_LOST',
    kind: 'unknown-outcome',
    message: `The server ended ${losses} times in a row while it executed '${node.name}'. Either the task ends it, or something else did; it is not executed again until somebody decides.`,
    details: { outcome: 'unknown', lossesInARow: losses },
  };
}

function deliveryOf(node: FlowNode): 'at-least-once' | 'at-most-once' {
  return isActivity(node) && 'work' in node ? node.work.delivery : 'at-least-once';
}
