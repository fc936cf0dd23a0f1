import { scheduleRetry } from '../behaviors/fail-element.js';
import { recoveryOf, remember } from '../behaviors/visit-recovery.js';
import type { Draft } from '../state/draft.js';
import type { Rejected } from '../step-result.js';
import type { HoldAttempt } from './command.js';
import { unbegunAttempt } from './unbegun-attempt.js';

/**
 * The attempt's circuit is open, and the node that should execute it has not begun it: its number is free again, and it waits
 * for the breaker. Its place in the line is its time of now.
 */
export function holdAttempt(draft: Draft, command: HoldAttempt): Rejected | null {
  const instance = unbegunAttempt(draft, command);
  if ('kind' in instance) return instance;
  const { now } = draft.context;
  draft.subject = instance;
  Object.assign(instance, { status: 'held', attempt: instance.attempt - 1, attemptStartedAt: null, owner: null, dueAt: now });
  remember(instance, { circuit: command.circuit });
  scheduleRetry(draft, instance, now, !recoveryOf(instance).mayGoElsewhere);
  return null;
}
