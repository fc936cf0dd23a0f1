import type { FlowNode } from '../definition/process-definition.js';
import type { Draft } from '../state/draft.js';
import type { ElementInstance } from '../state/instance-state.js';

/** The attempt succeeded after others had failed, or at somebody's command: both are worth a record. */
export function recordSuccess(draft: Draft, node: FlowNode, instance: ElementInstance): void {
  const { id: elementInstanceId, attempt } = instance;
  const { now } = draft.context;
  if (attempt > 1) {
    draft.effects.push({
      type: 'record-attempt',
      elementInstanceId,
      nodeId: node.id,
      attempt,
      outcome: 'succeeded',
      errorCode: null,
      errorMessage: null,
      details: null,
      ...(instance.lock !== null && { worker: instance.lock.worker }),
      startedAt: instance.attemptStartedAt ?? now,
      endedAt: now,
    });
  }
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
