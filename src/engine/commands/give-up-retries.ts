import { openIncident } from '../behaviors/fail-element.js';
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
  if (instance.attempt === 0) instance.attempt = 1;
  const incident: Incident = instance.incident ?? heldBack(draft, instance);
  openIncident(draft, nodeOf(draft, instance), instance, {
    ...incident,
    attempt: instance.attempt,
    decision: { action: 'fail', reason },
    parkedFor: null,
  });
}

/** A visit that was held by its circuit before it was attempted at all has not failed of its own. */
function heldBack(draft: Draft, instance: ElementInstance): Incident {
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
