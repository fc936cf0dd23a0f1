import { takeInHands } from '../behaviors/close-run.js';
import { openIncident } from '../behaviors/fail-element.js';
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
  const incident = instance.incident ?? heldBack(draft, instance);
  if (instance.incident === null) recordFailedAttempt(draft, node, instance, { ...incident, decision });
  openIncident(draft, node, instance, { ...incident, decision, parkedFor: null });
}

/** A visit that its circuit holds back has not failed of its own: the attempt that it did not get counts as one. */
function heldBack(draft: Draft, instance: ElementInstance): Incident {
  instance.attempt++;
  const circuit = instance.recovery?.circuit ?? '';
  const message = `The attempt was held back, because the circuit of '${circuit}' is open: service unavailable.`;
  const code = 'CIRCUIT_OPEN';
  return {
    code,
    message,
    errorClass: classifyError(code, message, null),
    kind: 'technical',
    details: null,
    attempt: instance.attempt,
    at: draft.context.now,
    decision: { action: 'fail', reason: '' },
    parkedFor: null,
  };
}
