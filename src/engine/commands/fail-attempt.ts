import { catchBpmnError } from '../behaviors/boundary-events.js';
import { failElement } from '../behaviors/fail-element.js';
import { stillUnknown } from '../behaviors/reconcile.js';
import { releaseWait } from '../behaviors/release-waits.js';
import { recoveryOf } from '../behaviors/visit-recovery.js';
import { mergeVariables, nodeOf, type Draft } from '../state/draft.js';
import type { Rejected } from '../step-result.js';
import type { FailAttempt } from './command.js';
import { currentAttempt } from './complete-attempt.js';

/** An attempt failed: a boundary event catches a modelled error; else the policy or a person decides. */
export function failAttempt(draft: Draft, command: FailAttempt): Rejected | null {
  const instance = currentAttempt(draft, command.elementInstanceId, command.attempt, command.byWorker);
  if ('kind' in instance) return instance;
  const node = nodeOf(draft, instance);
  draft.subject = instance;
  const { code, message, details, retry: advice = null } = command;
  if (recoveryOf(instance).reconciling) {
    failElement(draft, node, instance, stillUnknown(node, message));
    return null;
  }
  if (command.bpmnError) {
    const startedAt = instance.attemptStartedAt ?? draft.context.now;
    const { lock } = instance;
    releaseWait(draft, instance);
    instance.status = 'ready';
    mergeVariables(draft, 'error', instance, command.variables);
    if (catchBpmnError(draft, instance, code, message)) {
      draft.effects.push({
        type: 'record-attempt',
        elementInstanceId: instance.id,
        nodeId: node.id,
        attempt: instance.attempt,
        outcome: 'bpmn-error',
        input: instance.local,
        errorCode: code,
        errorMessage: message,
        details,
        ...(lock !== null && { worker: lock.worker }),
        startedAt,
        endedAt: draft.context.now,
      });
      return null;
    }
  }
  failElement(draft, node, instance, { code, message, details, advice, kind: command.bpmnError ? 'business' : 'technical' });
  return null;
}
