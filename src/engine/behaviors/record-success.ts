import type { FlowNode } from '../definition/process-definition.js';
import type { Draft } from '../state/draft.js';
import type { ElementInstance } from '../state/instance-state.js';

/** The attempt succeeded after others had failed, or at somebody's command: both are worth a record. */
export function recordSuccess(draft: Draft, node: FlowNode, instance: ElementInstance): void {
  const { id: elementInstanceId, attempt } = instance;
  if (attempt > 1) recordSucceededAttempt(draft, node, instance);
  if (instance.requestedBy !== null) {
    draft.effects.push({
      type: 'record-decision',
      action: 'AttemptSucceeded',
      outcome: 'succeeded',
      elementInstanceId,
      nodeId: node.id,
      attempt,
      changes: [],
      detail: { command: instance.requestedBy.command, commandCorrelationId: instance.requestedBy.correlationId },
    });
  }
  instance.requestedBy = null;
  instance.undo = null;
}

/** The row of an attempt that has succeeded. */
export function recordSucceededAttempt(draft: Draft, node: FlowNode, instance: ElementInstance): void {
  const { now } = draft.context;
  draft.effects.push({
    type: 'record-attempt',
    elementInstanceId: instance.id,
    nodeId: node.id,
    attempt: instance.attempt,
    outcome: 'succeeded',
    input: instance.local,
    errorCode: null,
    errorMessage: null,
    details: null,
    ...(instance.lock !== null && { worker: instance.lock.worker }),
    startedAt: instance.attemptStartedAt ?? now,
    endedAt: now,
  });
}
