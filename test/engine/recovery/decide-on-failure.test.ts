import { plainPolicy, type LadderStep, type RecoveryRule, type RetryPolicy, type RuleAction } from '../../../src/engine/index.js';
import { ExpressionError, MAX_DELAY_MS } from '../../../src/engine/index.js';
import { decideOnFailure, type FailedAttempt } from '../../../src/engine/recovery/decide-on-failure.js';

const listed = (...delaysMs: number[]) => ({ delays: { kind: 'listed', delaysMs }, jitter: 'none' }) as const;
const policy = (more: Partial<RetryPolicy> = {}): RetryPolicy =>
  plainPolicy({ maxAttempts: 3, curve: listed(1000, 2000), ...more });

function failure(more: Partial<FailedAttempt> = {}): FailedAttempt {
  return {
    kind: 'technical',
    code: 'E',
    message: 'failed',
    errorClass: 'UNKNOWN',
    status: null,
    details: null,
    attempt: more.attempts ?? 1,
    variables: {},
    nonRetryable: false,
    retryAfterMs: null,
    nextDelayMs: null,
    retriesLeft: null,
    attempts: 1,
    override: null,
    elapsedMs: 0,
    reschedules: 0,
    dice: 0,
    ...more,
  };
}

const rule = (action: RuleAction, codes: readonly string[] | null = null, name = 'rule 1'): RecoveryRule => ({
  name,
  match: { codes, statuses: null, classes: null, text: null, when: null },
  action,
});
const step = (after: number, more: Partial<LadderStep>): LadderStep => ({
  after,
  set: [],
  curve: null,
  timeoutMs: null,
  notify: null,
  then: null,
  ...more,
});
/** `retry 1000: reason`, or `resort error: reason`, with `(exhausted)` behind it. */
function said(given: RetryPolicy | null, seen: FailedAttempt): string {
  const decision = decideOnFailure(given, seen);
  const what = decision.action === 'resort' ? decision.resort.do : decision.delayMs;
  return `${decision.action} ${what}: ${decision.reason}${decision.exhausted ? ' (exhausted)' : ''}`;
}

describe('without a policy', () => {
  it.each([
    ['the first failure is an incident', {}, 'resort error: the task has no retry policy'],
    ['so is what cannot be retried', { nonRetryable: true }, 'resort error: the task said that trying again is of no use'],
    ['a worker may ask for attempts', { retriesLeft: 2 }, 'retry 0: attempt 1 of 3 failed'],
    ['at a time of its choice', { retriesLeft: 2, nextDelayMs: 5000 }, 'retry 5000: attempt 1 of 3 failed'],
    [
      'until none is left',
      { retriesLeft: 0, attempts: 3 },
      'resort error: all 3 attempts of the retry policy failed (exhausted)',
    ],
    [
      'an operator may give it a budget',
      { override: { maxAttempts: 2, curve: listed(7000), budgetMs: null } },
      'retry 7000: attempt 1 of 2 failed',
    ],
    [
      'whose waits are as long as the peer asks, up to an hour',
      { override: { maxAttempts: 2, curve: listed(7000), budgetMs: null }, retryAfterMs: 9e9 },
      'retry 3600000: attempt 1 of 2 failed',
    ],
  ])('%s', (_title, more, decision) => {
    expect(said(null, failure(more))).toBe(decision);
  });
});

describe('with a policy', () => {
  it.each([
    ['waits before the next attempt', {}, 'retry 1000: attempt 1 of 3 failed'],
    ['waits longer before the one after', { attempts: 2 }, 'retry 2000: attempt 2 of 3 failed'],
    ['ends with its attempts', { attempts: 3 }, 'resort error: all 3 attempts of the retry policy failed (exhausted)'],
    ['stays ended', { attempts: 9 }, 'resort error: all 3 attempts of the retry policy failed (exhausted)'],
    ['does not repeat what does not pass', { errorClass: 'NOT_FOUND' }, 'resort error: NOT_FOUND does not pass by itself'],
    ['unless a worker asks for it', { errorClass: 'NOT_FOUND', retriesLeft: 1 }, 'retry 1000: attempt 1 of 2 failed'],
    ['does not repeat what is not to be', { nonRetryable: true }, 'resort error: the task said that trying again is of no use'],
    ['does not repeat a modelled error', { kind: 'business' }, 'resort error: a business failure is not retried automatically'],
    ['nor a mistake of the model', { kind: 'model' }, 'resort error: a model failure is not retried automatically'],
    ['nor what may have happened', { kind: 'unknown-outcome' }, 'resort error: the outcome of the attempt is unknown'],
    [
      'takes the budget of an operator before its own',
      { attempts: 3, override: { maxAttempts: 4, curve: listed(7000), budgetMs: null } },
      'retry 7000: attempt 3 of 4 failed',
    ],
  ] as const)('%s', (_title, more, decision) => {
    expect(said(policy(), failure(more))).toBe(decision);
  });

  it('of any failure repeats those that do not pass too', () => {
    expect(said(policy({ retries: 'any' }), failure({ errorClass: 'NOT_FOUND' }))).toBe('retry 1000: attempt 1 of 3 failed');
    expect(said(policy({ retries: 'any' }), failure({ kind: 'business' }))).toBe(
      'resort error: a business failure is not retried automatically',
    );
  });

  it('without end goes on', () => {
    expect(said(policy({ maxAttempts: null }), failure({ attempts: 9999 }))).toBe(
      'retry 2000: attempt 9999 of any number failed',
    );
  });

  it.each([
    [{ do: 'park' }, 'resort park'],
    [{ do: 'escalate', message: 'call' }, 'resort escalate'],
    [{ do: 'throw', errorCode: 'E' }, 'resort throw'],
    [{ do: 'skip', outputs: [] }, 'resort skip'],
    [{ do: 'complete', outputs: [] }, 'resort complete'],
  ] as const)('ends as it says: %j', (onExhausted, decision) => {
    expect(said(policy({ onExhausted }), failure({ attempts: 3 }))).toBe(
      `${decision}: all 3 attempts of the retry policy failed (exhausted)`,
    );
    expect(said(policy({ onExhausted }), failure({ nonRetryable: true }))).toMatch(/^resort error/);
  });

  it('begins no attempt after the total budget', () => {
    const bounded = policy({ maxAttempts: null, budgetMs: 10_000 });

    expect(said(bounded, failure({ attempts: 2, elapsedMs: 8000 }))).toBe('retry 2000: attempt 2 of any number failed');
    expect(said(bounded, failure({ attempts: 2, elapsedMs: 8001 }))).toBe(
      'resort error: attempt 3 would begin after the total budget of 10000 ms (exhausted)',
    );
  });

  it('takes the wait that who failed asks for before that of the curve, within attempts and budget', () => {
    expect(said(policy(), failure({ nextDelayMs: 50 }))).toBe('retry 50: attempt 1 of 3 failed');
    expect(said(policy(), failure({ nextDelayMs: 50, attempts: 3 }))).toMatch(/^resort error/);
    expect(said(policy({ budgetMs: 1000 }), failure({ nextDelayMs: 1001 }))).toMatch(/exhausted/);
  });
});

describe('Retry-After', () => {
  it.each([
    ['is waited for', 30_000, 30_000],
    ['never shortens the wait', 200, 1000],
    ['in the past is at once, so the curve holds', -86_400_000, 1000],
    ['of nothing changes nothing', 0, 1000],
    ['is cut at the cap', 3_600_001, 3_600_000],
    ['of the far future is cut at the cap', 100 * MAX_DELAY_MS, 3_600_000],
    ['of absurd length is cut at the cap', Number.MAX_VALUE, 3_600_000],
  ])('%s', (_title, retryAfterMs, delayMs) => {
    expect(decideOnFailure(policy(), failure({ retryAfterMs }))).toMatchObject({ action: 'retry', delayMs });
  });

  it('is not honoured with a cap of nothing', () => {
    expect(decideOnFailure(policy({ retryAfterCapMs: 0 }), failure({ retryAfterMs: 30_000 }))).toMatchObject({ delayMs: 1000 });
  });

  it('counts against the budget', () => {
    expect(said(policy({ budgetMs: 10_000 }), failure({ retryAfterMs: 30_000 }))).toMatch(/total budget of 10000 ms/);
  });

  it('bounds the wait that who failed asks for from below', () => {
    expect(said(policy(), failure({ retryAfterMs: 30_000, nextDelayMs: 50 }))).toMatch(/^retry 30000/);
  });
});

describe('rules', () => {
  const decide = (action: RuleAction, more: Partial<FailedAttempt> = {}): string =>
    said(policy({ rules: [rule(action)] }), failure(more));

  it.each([
    [{ do: 'fail' }, {}, 'resort error: rule 1: fail at once'],
    [{ do: 'park' }, {}, 'resort park: rule 1: park'],
    [{ do: 'throw', errorCode: 'NO_FUNDS' }, {}, 'resort throw: rule 1: throw NO_FUNDS'],
    [{ do: 'retry', curve: null, maxAttempts: null }, {}, 'retry 1000: attempt 1 of 3 failed, rule 1'],
    [{ do: 'retry', curve: listed(5000), maxAttempts: 5 }, { attempts: 4 }, 'retry 5000: attempt 4 of 5 failed, rule 1'],
    [
      { do: 'retry', curve: null, maxAttempts: 1 },
      {},
      'resort error: the one attempt of the retry policy failed, rule 1 (exhausted)',
    ],
    [
      { do: 'reschedule', delayMs: 700, most: 2 },
      { attempts: 3, reschedules: 1 },
      'reschedule 700: rule 1: reschedule, the attempt does not count',
    ],
    [
      { do: 'reschedule', delayMs: 700, most: 2 },
      { reschedules: 2 },
      'resort error: rule 1: rescheduled 2 times already (exhausted)',
    ],
    [
      { do: 'reschedule', delayMs: 700, most: 2 },
      { retryAfterMs: 9_000 },
      'reschedule 9000: rule 1: reschedule, the attempt does not count',
    ],
  ] as const)('%j after %j', (action, more, decision) => {
    expect(decide(action, more)).toBe(decision);
  });

  it('decide before the class and the kind of the failure', () => {
    const again = { do: 'retry', curve: null, maxAttempts: null } as const;

    expect(decide(again, { errorClass: 'NOT_FOUND' })).toBe('retry 1000: attempt 1 of 3 failed, rule 1');
    expect(decide(again, { kind: 'business' })).toBe('retry 1000: attempt 1 of 3 failed, rule 1');
  });

  it('do not repeat what the task says not to repeat, nor what may have happened', () => {
    const again = { do: 'retry', curve: null, maxAttempts: null } as const;

    expect(decide(again, { nonRetryable: true })).toMatch(/^resort error: the task said/);
    expect(decide({ do: 'reschedule', delayMs: 1, most: 2 }, { nonRetryable: true })).toMatch(/^resort error: the task said/);
    expect(decide(again, { kind: 'unknown-outcome' })).toMatch(/^resort error: the outcome/);
    expect(decide({ do: 'park' }, { nonRetryable: true })).toMatch(/^resort park/);
  });

  it('that reschedule keep to the cap of Retry-After and to the total budget', () => {
    const rules = [rule({ do: 'reschedule', delayMs: 700, most: 9 })];

    expect(said(policy({ rules, retryAfterCapMs: 5_000 }), failure({ retryAfterMs: 9_000 }))).toMatch(/^reschedule 5000/);
    expect(said(policy({ rules, budgetMs: 1_000 }), failure({ elapsedMs: 300 }))).toMatch(/^reschedule 700/);
    expect(said(policy({ rules, budgetMs: 1_000 }), failure({ elapsedMs: 301 }))).toBe(
      'resort error: attempt 2 would begin after the total budget of 1000 ms (exhausted)',
    );
  });

  it('are asked in order, the first that matches decides', () => {
    const rules = [rule({ do: 'fail' }, ['A']), rule({ do: 'park' }, ['E'], 'the second'), rule({ do: 'fail' }, ['E'], 'last')];

    expect(said(policy({ rules }), failure())).toBe('resort park: the second: park');
    expect(said(policy({ rules }), failure({ code: 'B' }))).toBe('retry 1000: attempt 1 of 3 failed');
  });

  it('that cannot be evaluated end the attempts and say why', () => {
    const evaluate = (): never => {
      throw new ExpressionError('no such thing');
    };
    const broken = rule({ do: 'retry', curve: null, maxAttempts: null });
    const rules = [{ ...broken, match: { ...broken.match, when: { language: 'feel', source: 'x', evaluate } as const } }];

    expect(said(policy({ rules }), failure())).toBe('resort error: rule 1 could not be evaluated: no such thing');
  });
});

describe('the ladder', () => {
  const ladder = [
    step(1, { curve: listed(50), notify: 'slow' }),
    step(2, { timeoutMs: 9000 }),
    step(3, { then: { do: 'skip', outputs: [] } }),
  ];

  it('gives the step that is reached, and its curve from then on', () => {
    const climb = policy({ maxAttempts: 10, ladder });

    expect(decideOnFailure(climb, failure({ attempts: 1 }))).toMatchObject({ action: 'retry', delayMs: 50, step: ladder[0] });
    expect(decideOnFailure(climb, failure({ attempts: 2 }))).toMatchObject({ action: 'retry', delayMs: 50, step: ladder[1] });
    expect(decideOnFailure(climb, failure({ attempts: 4 }))).toMatchObject({ action: 'retry', delayMs: 50, step: null });
  });

  it('ends the attempts where it says so, before they are used up', () => {
    expect(decideOnFailure(policy({ ladder }), failure({ attempts: 3 }))).toMatchObject({
      action: 'resort',
      resort: { do: 'skip' },
      reason: 'the ladder ends after attempt 3',
      exhausted: false,
      step: ladder[2],
    });
  });

  it('is not climbed by a failure that is not repeated', () => {
    expect(decideOnFailure(policy({ ladder }), failure({ errorClass: 'NOT_FOUND' }))).toMatchObject({ step: null });
    expect(decideOnFailure(policy({ ladder, rules: [rule({ do: 'fail' })] }), failure())).toMatchObject({ step: null });
  });

  it('gives way to the curve of a rule', () => {
    const rules = [rule({ do: 'retry', curve: listed(5), maxAttempts: null })];

    expect(decideOnFailure(policy({ ladder, rules }), failure())).toMatchObject({ delayMs: 5, step: ladder[0] });
  });

  it('gives its step with the last failure too', () => {
    const last = step(3, { notify: 'given up' });

    expect(decideOnFailure(policy({ ladder: [last] }), failure({ attempts: 3 }))).toMatchObject({ exhausted: true, step: last });
  });
});
