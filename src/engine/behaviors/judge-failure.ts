import type { RetryAdvice } from '../commands/retry-advice.js';
import { isActivity, type FlowNode, type WorkTaskNode } from '../definition/process-definition.js';
import { classifyError, statusOf } from '../recovery/classify-error.js';
import { decideOnFailure, type FailedAttempt, type FailureDecision } from '../recovery/decide-on-failure.js';
import { diceOf } from '../recovery/delay-of.js';
import { visibleVariables, type Draft } from '../state/draft.js';
import type { ElementInstance, Incident } from '../state/instance-state.js';
import type { JsonObject } from '../state/json.js';
import { recoveryOf } from './visit-recovery.js';

/** A failure as it happens. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly kind: Incident['kind'];
  readonly details?: JsonObject | null;
  readonly advice?: RetryAdvice | null;
  /** The time for all attempts has passed: there is no other, whatever the failure. */
  readonly isLast?: true;
  /** Whatever a policy says: what follows from it cannot be stored. */
  readonly needsPerson?: true;
  /** It comes while no attempt is under way: there is none to record. */
  readonly isBetweenAttempts?: boolean;
}

/** Failures that leave open whether the work was done: the call may have arrived. */
const UNKNOWN_OUTCOMES = [
  ...['TIMEOUT', 'CONNECTION_RESET', 'CONNECTION_FAILED', 'ABORTED', 'HEARTBEAT_TIMEOUT', 'TOTAL_TIMEOUT'],
  // A gateway's word: what it stands before may have done the work.
  ...['HTTP_502', 'HTTP_504'],
  // It was done, or may have been: what cannot be used is the answer.
  ...['RESPONSE_TOO_LARGE', 'RESPONSE_UNREADABLE', 'RESULT_NOT_STORABLE', 'EXPRESSION_FAILED', 'CONNECTOR_ERROR'],
];

/**
 * A task that may run at most once must not run again where nobody knows whether it has run. Between attempts that is known,
 * unless what became of one is just being asked.
 */
export function asKnown(node: FlowNode, instance: ElementInstance, failure: Failure): Failure {
  if (!isUnknown(node, instance, failure)) return failure;
  return { ...failure, kind: 'unknown-outcome', details: { ...failure.details, outcome: 'unknown' } };
}

function isUnknown(node: FlowNode, instance: ElementInstance, { kind, code }: Failure): boolean {
  if (recoveryOf(instance).reconciling) return true;
  const atMostOnce = isActivity(node) && 'work' in node && node.work.delivery === 'at-most-once';
  return atMostOnce && instance.status === 'executing' && kind !== 'business' && UNKNOWN_OUTCOMES.includes(code);
}

/** The failed attempt in all that a policy looks at. */
export function seeFailure(draft: Draft, instance: ElementInstance, failure: Failure): FailedAttempt {
  const { now } = draft.context;
  const { code, message, kind } = failure;
  const details = failure.details ?? null;
  const advice = failure.advice ?? {};
  const status = statusOf(code, details);
  const { budget, budgetSince, reschedules } = recoveryOf(instance);
  return {
    code,
    message,
    kind,
    details,
    status,
    errorClass: classifyError(code, message, status),
    nonRetryable: advice.nonRetryable ?? false,
    retryAfterMs: advice.retryAfterMs ?? null,
    nextDelayMs: advice.nextDelayMs ?? null,
    retriesLeft: advice.retriesLeft ?? null,
    attempt: instance.attempt,
    attempts: Math.max(1, instance.attempt - instance.budgetFrom),
    variables: visibleVariables(draft, instance.scopeId, instance.local),
    override: budget,
    elapsedMs: now - (budgetSince ?? instance.startedAt),
    reschedules,
    dice: diceOf(`${draft.state.guid}/${instance.id}/${instance.attempt}`),
  };
}

/** A call activity's policy is about runs of the process that it calls; what is left of a failure when those are over is not. */
const DECIDED_BY_PERSON: FailureDecision = {
  action: 'resort',
  resort: { do: 'error' },
  reason: 'a call activity that has failed is not attempted again by itself',
  exhausted: false,
  step: null,
};

/** What the task's policy says about the failure. */
export function judgeFailure(node: FlowNode, failure: Failure, seen: FailedAttempt): FailureDecision {
  if (node.type === 'callActivity') return DECIDED_BY_PERSON;
  const policy = isActivity(node) ? node.retryPolicy : null;
  if (failure.needsPerson)
    return { action: 'resort', resort: { do: 'error' }, reason: 'what follows cannot be stored', exhausted: false, step: null };
  if (!failure.isLast || failure.kind === 'unknown-outcome') return decideOnFailure(policy, seen);
  const resort = policy?.onExhausted ?? { do: 'error' as const };
  return { action: 'resort', resort, reason: failure.message, exhausted: true, step: null };
}

/** The task that is asked about an attempt with unknown outcome; null: a person is. */
export function reconcilerOf(node: FlowNode): WorkTaskNode | null {
  return isActivity(node) && 'work' in node ? node.reconcile : null;
}
