import type { Expression } from '../definition/expression.js';
import type { Mapping } from '../definition/mapping.js';
import type { ErrorClass } from './classify-error.js';

/**
 * What happens by itself when an attempt of a task fails: one policy, whatever notation the model is written in. Compiled,
 * never stored. Without one there is a single attempt, then an incident.
 */
export interface RetryPolicy extends RetryBudget {
  /** What is retried where no rule says it: failures that may pass by themselves, or every technical failure. */
  readonly retries: 'transient' | 'any';
  /** The first that matches decides. */
  readonly rules: readonly RecoveryRule[];
  /** Ascending by `after`, each number once. */
  readonly ladder: readonly LadderStep[];
  readonly onExhausted: LastResort;
  /** The longest wait that a peer may ask for by `Retry-After`, in ms; 0: it is not honoured. */
  readonly retryAfterCapMs: number;
}

/** How often and when: what an operator may change for one task while it waits. Plain data. */
export interface RetryBudget {
  /** Attempts in all, the first included; null: without end. At least 1. */
  readonly maxAttempts: number | null;
  readonly curve: RetryCurve;
  /** No attempt begins later than this after the first, in ms; null: no bound. */
  readonly budgetMs: number | null;
}

/** The waits between attempts. */
export interface RetryCurve {
  readonly delays: RetryDelays;
  /**
   * How a wait is spread, so that tasks that failed together do not come back together: `none`; `full`: 0 to the wait;
   * `equal`: half of it to all of it; a number from 0 to 1: by that share up or down.
   */
  readonly jitter: 'none' | 'full' | 'equal' | number;
}

/** Waits before attempt 2, 3, ..., in ms, each at least 0. */
export type RetryDelays =
  /** One after the other; the last is repeated. Never empty. */
  | { readonly kind: 'listed'; readonly delaysMs: readonly number[] }
  /** `initial * coefficient^(retry - 1)`, at most `maximum`. `coefficient` at least 1. */
  | { readonly kind: 'exponential'; readonly initialMs: number; readonly coefficient: number; readonly maximumMs: number }
  /** From `minimum` before the first retry to `maximum` before the last of `retries`, in equal steps. */
  | { readonly kind: 'linear'; readonly minimumMs: number; readonly maximumMs: number; readonly retries: number }
  /** Anywhere between the two, each time anew. */
  | { readonly kind: 'random'; readonly minimumMs: number; readonly maximumMs: number };

/** What to do about a certain kind of failure. */
export interface RecoveryRule {
  /** For the reason of a decision: `rule 2`, or the name that the model gives it. */
  readonly name: string;
  readonly match: FailurePattern;
  readonly action: RuleAction;
}

/** All that is given must hold; within a list, one. */
export interface FailurePattern {
  /** Error codes; `*` stands for any characters: `HTTP_5*`. */
  readonly codes: readonly string[] | null;
  /** HTTP statuses, both ends included. */
  readonly statuses: readonly { readonly from: number; readonly to: number }[] | null;
  readonly classes: readonly ErrorClass[] | null;
  /** A text within the message, in any case; `*` stands for any characters. */
  readonly text: string | null;
  /** FEEL over `{ error: { code, message, class, status, details }, attempt, variables }`; holds when it is `true`. */
  readonly when: Expression | null;
}

/** What a rule says. */
export type RuleAction =
  /** Try again; with a curve or a number of attempts of its own, where given. */
  | { readonly do: 'retry'; readonly curve: RetryCurve | null; readonly maxAttempts: number | null }
  /** A person decides, at once. */
  | { readonly do: 'fail' }
  /** A person decides, or the circuit breaker of the endpoint when that has recovered. */
  | { readonly do: 'park' }
  /** A modelled error for a boundary event; uncaught, a person decides. */
  | { readonly do: 'throw'; readonly errorCode: string }
  /** Try again without counting the attempt, at most `most` times in a visit. */
  | { readonly do: 'reschedule'; readonly delayMs: number; readonly most: number };

/** What happens when this many attempts have failed, before anything else is done about it. */
export interface LadderStep {
  /** Failed attempts of the budget, at least 1. */
  readonly after: number;
  /** Process variables to write; evaluated over the variables, `error` and `attempt`. */
  readonly set: readonly Mapping[];
  /** The curve from now on, beginning with its first wait; null: as before. */
  readonly curve: RetryCurve | null;
  /** Time-out of an attempt from now on, in ms; null: as before. */
  readonly timeoutMs: number | null;
  /** Told to people: in the audit trail and the log. */
  readonly notify: string | null;
  /** Ends the automatic attempts here; null: they go on. */
  readonly then: LastResort | null;
}

/** What becomes of a task whose automatic attempts are used up. */
export type LastResort =
  /** An incident: a person decides. */
  | { readonly do: 'error' }
  /** An incident that the circuit breaker of the endpoint releases when that has recovered. */
  | { readonly do: 'park' }
  /** An incident that is marked, audited and logged as escalated. */
  | { readonly do: 'escalate'; readonly message: string }
  /** A modelled error for a boundary event; uncaught, an incident. */
  | { readonly do: 'throw'; readonly errorCode: string }
  /** Passed over, as by an operator, with these variables. */
  | { readonly do: 'skip'; readonly outputs: readonly Mapping[] }
  /** Completed, as by its own work, with these variables. */
  | { readonly do: 'complete'; readonly outputs: readonly Mapping[] };

/** Most attempts that a policy may ask for. */
export const MAX_ATTEMPTS = 10_000;
/** Longest wait between two attempts, and longest budget: a year, in ms. */
export const MAX_DELAY_MS = 366 * 86_400_000;
/** `Retry-After` is honoured up to here unless the policy says otherwise: an hour, in ms. */
export const RETRY_AFTER_CAP_MS = 3_600_000;

/** What holds where there is no policy: a single attempt. */
export const SINGLE_ATTEMPT: RetryBudget = {
  maxAttempts: 1,
  curve: { delays: { kind: 'listed', delaysMs: [0] }, jitter: 'none' },
  budgetMs: null,
};

/** The policy that says no more than how often and when. */
export function plainPolicy(budget: Pick<RetryBudget, 'maxAttempts' | 'curve'> & Partial<RetryPolicy>): RetryPolicy {
  return {
    budgetMs: null,
    retries: 'transient',
    rules: [],
    ladder: [],
    onExhausted: { do: 'error' },
    retryAfterCapMs: RETRY_AFTER_CAP_MS,
    ...budget,
  };
}
