import type { FlowNode } from '../definition/process-definition.js';
import type { Draft } from '../state/draft.js';
import type { ElementInstance, Incident, RecoveryAction } from '../state/instance-state.js';
import type { VariableChange } from '../state/variable-change.js';

/** The row of an attempt that has failed. */
export function recordFailedAttempt(draft: Draft, node: FlowNode, instance: ElementInstance, incident: Incident): void {
  const { code, message, kind, details, errorClass, decision } = incident;
  draft.effects.push({
    type: 'record-attempt',
    elementInstanceId: instance.id,
    nodeId: node.id,
    attempt: instance.attempt,
    outcome: kind === 'unknown-outcome' ? 'lost' : kind === 'business' ? 'bpmn-error' : 'failed',
    input: instance.local,
    errorCode: code,
    errorMessage: message,
    details,
    errorClass,
    decision,
    ...(instance.lock !== null && { worker: instance.lock.worker }),
    startedAt: instance.attemptStartedAt ?? draft.context.now,
    endedAt: draft.context.now,
  });
}

/** How the audit trail names what was decided. */
const AUDIT_ACTIONS: Readonly<Record<RecoveryAction, string>> = {
  retry: 'RetryScheduled',
  reschedule: 'AttemptRescheduled',
  fail: 'TaskFailed',
  park: 'TaskParked',
  escalate: 'TaskEscalated',
  throw: 'ErrorThrown',
  skip: 'TaskSkipped',
  complete: 'TaskCompleted',
  reconcile: 'OutcomeAsked',
};

/** What a decision says besides the incident. `delayMs`: before the next attempt; null: there is none by itself. */
interface Recorded {
  readonly exhausted: boolean;
  readonly changes: readonly VariableChange[];
  readonly delayMs: number | null;
}

/** The audit entry of the decision about a failure. */
export function recordRecovery(
  draft: Draft,
  node: FlowNode,
  instance: ElementInstance,
  { code, message, errorClass, decision, parkedFor }: Incident,
  { exhausted, changes, delayMs }: Recorded,
): void {
  const needsPerson = decision.action === 'fail' || decision.action === 'park' || decision.action === 'escalate';
  draft.effects.push({
    type: 'record-decision',
    action: exhausted && decision.action === 'fail' ? 'RetriesExhausted' : AUDIT_ACTIONS[decision.action],
    outcome: needsPerson ? 'failed' : 'succeeded',
    elementInstanceId: instance.id,
    nodeId: node.id,
    attempt: instance.attempt,
    changes,
    detail: {
      errorCode: code,
      errorMessage: message,
      errorClass,
      reason: decision.reason,
      ...(exhausted && { exhausted }),
      ...(parkedFor !== null && { circuit: parkedFor }),
      ...(delayMs !== null && { nextAttemptAt: draft.context.now + delayMs }),
      ...(instance.requestedBy !== null && {
        command: instance.requestedBy.command,
        commandCorrelationId: instance.requestedBy.correlationId,
      }),
    },
  });
}
