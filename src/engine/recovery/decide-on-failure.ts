import type { Incident } from '../state/instance-state.js';
import type { RetryPolicy } from './retry-policy.js';

/** What happens after a failed attempt, and why. */
export type FailureDecision =
  | { readonly action: 'retry'; readonly delayMs: number; readonly reason: string; readonly auditAction: 'RetryScheduled' }
  | { readonly action: 'park'; readonly reason: string; readonly auditAction: 'RetriesExhausted' | 'TaskFailed' };

/**
 * The recovery policy: failure in, decision out. `attempts` counts those of the current automatic budget.
 * Only technical failures are retried: a modelled error or a model's mistake would only happen again.
 */
export function decideOnFailure(policy: RetryPolicy | null, kind: Incident['kind'], attempts: number): FailureDecision {
  if (kind === 'unknown-outcome') return park('the outcome of the attempt is unknown');
  if (policy === null) return park('the task has no retry policy');
  if (kind !== 'technical') return park(`a ${kind} failure is not retried automatically`);
  if (attempts >= policy.maxAttempts) {
    return {
      action: 'park',
      reason: `all ${policy.maxAttempts} attempts of the retry policy failed`,
      auditAction: 'RetriesExhausted',
    };
  }
  const delayMs = policy.delaysMs[Math.min(attempts, policy.delaysMs.length) - 1] ?? 0;
  return {
    action: 'retry',
    delayMs,
    reason: `attempt ${attempts} of ${policy.maxAttempts} failed`,
    auditAction: 'RetryScheduled',
  };
}

function park(reason: string): FailureDecision {
  return { action: 'park', reason, auditAction: 'TaskFailed' };
}
