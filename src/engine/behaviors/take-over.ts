import { isActivity, type FlowNode } from '../definition/process-definition.js';
import type { Draft } from '../state/draft.js';
import type { ElementInstance } from '../state/instance-state.js';
import type { JsonValue } from '../state/json.js';
import { beginAnew, failElement, type Failure } from './fail-element.js';
import { LOSSES } from './reconcile.js';
import { releaseWait } from './release-waits.js';

/** Who executed the attempt and is gone. */
export interface LostExecutor {
  /** `The server that executed`, `The worker 'x' that executed`. */
  readonly who: string;
  /** It ended in order, by its time-out: no sign that a task ends whoever executes it. */
  readonly drained: boolean;
  /** For the audit: `lostNode` or `lostWorker`. */
  readonly detail: { readonly [key: string]: JsonValue };
}

/**
 * Whoever executed the attempt is gone. It is begun again (at least once), or becomes an incident with unknown outcome (at most
 * once, or lost again and again). While the instance is paused, nothing is begun: the visit is held for the resume.
 */
export function takeOver(draft: Draft, node: FlowNode, instance: ElementInstance, lost: LostExecutor): void {
  const losses = instance.lossesInARow + (lost.drained ? 0 : 1);
  if (isAtMostOnce(node)) return failElement(draft, node, instance, outcomeUnknown(node, instance, lost));
  if (losses >= LOSSES) return failElement(draft, node, instance, attemptsLost(node, losses, lost));
  draft.effects.push({
    type: 'record-attempt',
    elementInstanceId: instance.id,
    nodeId: node.id,
    attempt: instance.attempt,
    outcome: 'lost',
    input: instance.local,
    errorCode: 'ATTEMPT_LOST',
    errorMessage: `${lost.who} the attempt ended.`,
    details: null,
    ...(instance.lock !== null && { worker: instance.lock.worker }),
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
      ...lost.detail,
      byNode: draft.context.node,
      reason: `${lost.who.charAt(0).toLowerCase()}${lost.who.slice(1)} the attempt ${lost.drained ? 'was shut down' : 'ended'}; the task may run more than once`,
    },
  });
  releaseWait(draft, instance);
  Object.assign(instance, { lossesInARow: losses, budgetFrom: instance.budgetFrom + 1, owner: null, lock: null });
  beginAnew(draft, node, instance);
}

function outcomeUnknown(node: FlowNode, { attempt }: ElementInstance, { who }: LostExecutor): Failure {
  return {
    code: 'OUTCOME_UNKNOWN',
    kind: 'unknown-outcome',
    message: `${who} '${node.name}' ended in the middle of attempt ${attempt}; whether its work was done is unknown.`,
    details: { outcome: 'unknown' },
  };
}

function attemptsLost(node: FlowNode, losses: number, { who }: LostExecutor): Failure {
  return {
    code: 'ATTEMPTS_LOST',
    kind: 'unknown-outcome',
    message: `${who} '${node.name}' ended, ${losses} times in a row. Either the task ends whoever executes it, or something else did; it is not executed again until somebody decides.`,
    details: { outcome: 'unknown', lossesInARow: losses },
  };
}

function isAtMostOnce(node: FlowNode): boolean {
  return isActivity(node) && 'work' in node && node.work.delivery === 'at-most-once';
}
