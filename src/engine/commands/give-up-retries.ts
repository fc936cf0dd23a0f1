import { takeInHands } from '../behaviors/close-run.js';
import { openIncident, type Failure } from '../behaviors/fail-element.js';
import { stillUnknown } from '../behaviors/reconcile.js';
import { recoveryOf, remember } from '../behaviors/visit-recovery.js';
import type { FlowNode } from '../definition/process-definition.js';
import { recordFailedAttempt } from '../behaviors/record-recovery.js';
import { releaseWait } from '../behaviors/release-waits.js';
import { classifyError } from '../recovery/classify-error.js';
import { nodeOf, touchElement, type Draft } from '../state/draft.js';
import type { ElementInstance, Incident, InstanceState } from '../state/instance-state.js';
import type { Rejected } from '../step-result.js';
import type { GiveUpRetries } from './command.js';
import { findWaitingRetry } from './waiting-retry.js';

/** No more automatic attempts of this visit: its last failure becomes an incident that a person decides about. */
export function giveUpRetries(draft: Draft, before: InstanceState, command: GiveUpRetries): Rejected | null {
  const found = findWaitingRetry(before, command);
  if ('kind' in found) return found;
  const instance = touchElement(draft, found.id);
  if (!instance) return null;
  draft.subject = instance;
  giveUp(draft, instance, 'the automatic attempts were given up by a person');
  return null;
}

/** Ends the automatic attempts of a visit that waits for the next one. */
export function giveUp(draft: Draft, instance: ElementInstance, reason: string): void {
  releaseWait(draft, instance);
  takeInHands(draft);
  const node = nodeOf(draft, instance);
  const decision = { action: 'fail', reason } as const;
  const incident = instance.incident ?? heldBack(draft, node, instance);
  if (instance.incident === null) recordFailedAttempt(draft, node, instance, { ...incident, decision });
  remember(instance, { reconciling: false });
  openIncident(draft, node, instance, { ...incident, decision, parkedFor: null });
}

/**
 * A visit that its circuit holds back has not failed of its own: the attempt that it did not get counts as one. Where that was to
 * ask what became of another, nobody knows it still.
 */
function heldBack(draft: Draft, node: FlowNode, instance: ElementInstance): Incident {
  instance.attempt++;
  const { circuit, reconciling } = recoveryOf(instance);
  const why = `The attempt was held back, because the circuit of '${circuit ?? ''}' is open: service unavailable.`;
  const failure: Failure = reconciling ? stillUnknown(node, why) : { code: 'CIRCUIT_OPEN', message: why, kind: 'technical' };
  const { code, message, kind, details = null } = failure;
  return {
    code,
    message,
    errorClass: classifyError(code, message, null),
    kind,
    details,
    attempt: instance.attempt,
    at: draft.context.now,
    decision: { action: 'fail', reason: '' },
    parkedFor: null,
  };
}
