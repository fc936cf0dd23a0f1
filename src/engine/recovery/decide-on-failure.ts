import type { Incident } from '../state/instance-state.js';
import { isTransient } from './classify-error.js';
import { delayOf } from './delay-of.js';
import { matches, type SeenFailure } from './failure-pattern.js';
import { lastOf } from './ladder-steps.js';
import { RETRY_AFTER_CAP_MS } from './retry-policy.js';
import type { LadderStep, LastResort, RetryBudget, RetryCurve, RetryPolicy, RuleAction } from './retry-policy.js';

/** A failed attempt, and what is known of those before it. */
export interface FailedAttempt extends SeenFailure {
  readonly kind: Incident['kind'];
  /** Who failed says that trying again is of no use. */
  readonly nonRetryable: boolean;
  /** The wait that the peer asked for, in ms; below 0 is at once. Null: none. */
  readonly retryAfterMs: number | null;
  /** The wait that who failed asks for, whatever the policy's curve; null: none. In ms. */
  readonly nextDelayMs: number | null;
  /** Automatic attempts that it leaves; null: the policy's. */
  readonly retriesLeft: number | null;
  /** Failed attempts of the automatic budget, this one included. At least 1. */
  readonly attempts: number;
  /** What an operator or a worker has made of the policy's budget for this visit; null: nothing. */
  readonly override: RetryBudget | null;
  /** Since the budget began: with the visit, or with `attempts: "reset"`. In ms. */
  readonly elapsedMs: number;
  /** Attempts of the visit that were rescheduled without being counted. */
  readonly reschedules: number;
  /** For the jitter: `diceOf` instance, visit and attempt. */
  readonly dice: number;
}

/** What happens after a failed attempt, and why. */
export type FailureDecision = (
  | { readonly action: 'retry' | 'reschedule'; readonly delayMs: number }
  | { readonly action: 'resort'; readonly resort: LastResort }
) & {
  readonly reason: string;
  /** The policy allowed no more attempts; else a rule, a step or the failure's own nature ended them. */
  readonly exhausted: boolean;
  /** The step of the ladder that is reached by this failure. */
  readonly step: LadderStep | null;
};

const ERROR: LastResort = { do: 'error' };

/** The recovery policy: failure in, decision out. */
export function decideOnFailure(policy: RetryPolicy | null, failure: FailedAttempt): FailureDecision {
  if (failure.kind === 'unknown-outcome') return resort(ERROR, 'the outcome of the attempt is unknown');
  if (policy === null && failure.retriesLeft === null && failure.override === null)
    return resort(ERROR, failure.nonRetryable ? NOT_RETRYABLE : 'the task has no retry policy');
  const ruled = firstRule(policy, failure);
  if (ruled && 'reason' in ruled) return ruled;
  if (ruled && isEnd(ruled.action)) return byRule(ruled.name, ruled.action);
  if (failure.nonRetryable) return resort(ERROR, NOT_RETRYABLE);
  if (ruled?.action.do === 'reschedule') return reschedule(policy, failure, ruled.name, ruled.action);
  if (ruled === null) {
    if (failure.kind !== 'technical') return resort(ERROR, `a ${failure.kind} failure is not retried automatically`);
    if (policy?.retries === 'transient' && failure.retriesLeft === null && !isTransient(failure.errorClass))
      return resort(ERROR, `${failure.errorClass} does not pass by itself`);
  }
  const step = policy?.ladder.find(({ after }) => after === failure.attempts) ?? null;
  if (step?.then) return { ...resort(step.then, `the ladder ends after attempt ${failure.attempts}`), step };
  return { ...again(policy, failure, ruled), step };
}

const NOT_RETRYABLE = 'the task said that trying again is of no use';

interface Ruled {
  readonly name: string;
  readonly action: RuleAction;
}

/** A rule that cannot be evaluated ends the automatic attempts: nobody knows what it would have said. */
function firstRule(policy: RetryPolicy | null, failure: FailedAttempt): Ruled | FailureDecision | null {
  for (const { name, match, action } of policy?.rules ?? []) {
    try {
      if (matches(match, failure)) return { name, action };
    } catch (error) {
      return resort(ERROR, `${name} could not be evaluated: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return null;
}

type Reschedule = Extract<RuleAction, { do: 'reschedule' }>;
type RuledEnd = Exclude<RuleAction, { do: 'retry' | 'reschedule' }>;

function isEnd(action: RuleAction): action is RuledEnd {
  return action.do !== 'retry' && action.do !== 'reschedule';
}

function byRule(name: string, action: RuledEnd): FailureDecision {
  switch (action.do) {
    case 'fail':
      return resort(ERROR, `${name}: fail at once`);
    case 'park':
      return resort({ do: 'park' }, `${name}: park`);
    case 'throw':
      return resort({ do: 'throw', errorCode: action.errorCode }, `${name}: throw ${action.errorCode}`);
  }
}

function reschedule(policy: RetryPolicy | null, failure: FailedAttempt, name: string, action: Reschedule): FailureDecision {
  if (failure.reschedules >= action.most)
    return { ...resort(ERROR, `${name}: rescheduled ${action.most} times already`), exhausted: true };
  const delayMs = atLeastAsAsked(policy, failure, action.delayMs);
  const tooLate = afterBudget(policy, failure, delayMs);
  if (tooLate) return tooLate;
  const reason = `${name}: reschedule, the attempt does not count`;
  return { action: 'reschedule', delayMs, reason, exhausted: false, step: null };
}

function again(policy: RetryPolicy | null, failure: FailedAttempt, ruled: Ruled | null): FailureDecision {
  const own = ruled?.action.do === 'retry' ? ruled.action : null;
  const budget = failure.override ?? policy;
  const { attempts } = failure;
  const most = failure.retriesLeft === null ? (own?.maxAttempts ?? budget?.maxAttempts ?? null) : attempts + failure.retriesLeft;
  const by = ruled ? `, ${ruled.name}` : '';
  if (most !== null && attempts >= most)
    return exhausted(policy, `${most === 1 ? 'the one attempt' : `all ${most} attempts`} of the retry policy failed${by}`);
  const delayMs = waitOf(
    policy,
    failure,
    own?.curve ? { curve: own.curve, retry: attempts } : currentCurve(policy, budget, attempts),
  );
  const tooLate = afterBudget(policy, failure, delayMs);
  if (tooLate) return tooLate;
  const reason = `attempt ${attempts} of ${most ?? 'any number'} failed${by}`;
  return { action: 'retry', delayMs, reason, exhausted: false, step: null };
}

/** The end of the attempts where the next would begin after the time for all of them; null: it would not. */
function afterBudget(policy: RetryPolicy | null, failure: FailedAttempt, delayMs: number): FailureDecision | null {
  const budgetMs = (failure.override ?? policy)?.budgetMs ?? null;
  if (budgetMs === null || failure.elapsedMs + delayMs <= budgetMs) return null;
  return exhausted(policy, `attempt ${failure.attempts + 1} would begin after the total budget of ${budgetMs} ms`);
}

/** A curve, and which of its waits comes next. */
interface Wait {
  readonly curve: RetryCurve;
  readonly retry: number;
}

function waitOf(policy: RetryPolicy | null, failure: FailedAttempt, wait: Wait | null): number {
  const own = failure.nextDelayMs ?? (wait === null ? 0 : delayOf(wait.curve, wait.retry, failure.dice));
  return atLeastAsAsked(policy, failure, own);
}

/** Never shorter than what the peer asked for, up to the cap. */
function atLeastAsAsked(policy: RetryPolicy | null, { retryAfterMs }: FailedAttempt, delayMs: number): number {
  return Math.max(delayMs, Math.min(retryAfterMs ?? 0, policy?.retryAfterCapMs ?? RETRY_AFTER_CAP_MS), 0);
}

/** The ladder's newest curve, which begins with its step; else the budget's. */
function currentCurve(policy: RetryPolicy | null, budget: RetryBudget | null, attempts: number): Wait | null {
  const step = lastOf(policy?.ladder ?? [], ({ after, curve }) => after <= attempts && curve !== null);
  if (step?.curve) return { curve: step.curve, retry: attempts - step.after + 1 };
  return budget === null ? null : { curve: budget.curve, retry: attempts };
}

function exhausted(policy: RetryPolicy | null, reason: string): FailureDecision {
  return { ...resort(policy?.onExhausted ?? ERROR, reason), exhausted: true };
}

function resort(last: LastResort, reason: string): FailureDecision {
  return { action: 'resort', resort: last, reason, exhausted: false, step: null };
}
