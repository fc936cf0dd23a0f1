import { decideOnFailure, diceOf, plainPolicy, type RetryPolicy } from '../../engine/index.js';

/** How an attempt to deliver has failed. */
export interface DeliveryFailure {
  readonly code: string;
  readonly message: string;
  /** HTTP status of the answer; null: there was none. */
  readonly status: number | null;
  /** The wait that the receiver asked for, in ms; undefined: none. */
  readonly retryAfterMs?: number | undefined;
}

/** Two days, ever further apart: whatever the reason, an administrator may mend it meanwhile. */
const POLICY: RetryPolicy = plainPolicy({
  maxAttempts: null,
  curve: { delays: { kind: 'exponential', initialMs: 10_000, coefficient: 2, maximumMs: 3_600_000 }, jitter: 0.2 },
  budgetMs: 48 * 3_600_000,
  retries: 'any',
  onExhausted: { do: 'park' },
});

/** In how many ms the next attempt is made, and why; null: there is none by itself. */
export interface DeliveryJudgement {
  readonly delayMs: number | null;
  readonly reason: string;
}

/**
 * What happens after a failed delivery, by the policy that tasks have, too.
 * @param key the same for all attempts of a delivery
 * @param elapsedMs since the first attempt was due
 */
export function judgeDelivery(key: string, attempt: number, elapsedMs: number, failure: DeliveryFailure): DeliveryJudgement {
  const { code, message, status, retryAfterMs } = failure;
  const decision = decideOnFailure(POLICY, {
    kind: 'technical',
    code,
    message,
    errorClass: 'UNKNOWN',
    status,
    details: null,
    variables: {},
    attempt,
    attempts: attempt,
    nonRetryable: false,
    retryAfterMs: retryAfterMs ?? null,
    nextDelayMs: null,
    retriesLeft: null,
    override: null,
    elapsedMs,
    reschedules: 0,
    dice: diceOf(`${key}:${attempt}`),
  });
  return { delayMs: decision.action === 'retry' ? decision.delayMs : null, reason: decision.reason };
}
