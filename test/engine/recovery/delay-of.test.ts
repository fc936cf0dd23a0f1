import fc from 'fast-check';
import { delayOf, diceOf } from '../../../src/engine/recovery/delay-of.js';
import { MAX_DELAY_MS, type RetryCurve, type RetryDelays } from '../../../src/engine/index.js';

const HIGHEST = 1 - Number.EPSILON;
const exponential = (initialMs: number, coefficient: number, maximumMs: number): RetryDelays => ({
  kind: 'exponential',
  initialMs,
  coefficient,
  maximumMs,
});
const waits = (delays: RetryDelays, retries: readonly number[]): number[] =>
  retries.map((retry) => delayOf({ delays, jitter: 'none' }, retry, 0));

const delays: fc.Arbitrary<RetryDelays> = fc.oneof(
  fc.record({ kind: fc.constant('listed' as const), delaysMs: fc.array(fc.nat(1e9), { minLength: 1, maxLength: 20 }) }),
  fc.record({
    kind: fc.constant('exponential' as const),
    initialMs: fc.integer({ min: 1, max: MAX_DELAY_MS }),
    coefficient: fc.double({ min: 1, max: 100, noNaN: true }),
    maximumMs: fc.integer({ min: 1, max: MAX_DELAY_MS }),
  }),
  fc.record({
    kind: fc.constant('linear' as const),
    minimumMs: fc.nat(1e9),
    maximumMs: fc.nat(1e9),
    retries: fc.nat(10_000),
  }),
  fc.record({ kind: fc.constant('random' as const), minimumMs: fc.nat(1e9), maximumMs: fc.nat(1e9) }),
);
const jitter: fc.Arbitrary<RetryCurve['jitter']> = fc.oneof(
  fc.constantFrom('none' as const, 'full' as const, 'equal' as const),
  fc.double({ min: 0, max: 1, noNaN: true }),
);
const retry = fc.integer({ min: 1, max: 10_000 });
const dice = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('the wait before a retry', () => {
  it('grows by the coefficient up to the maximum', () => {
    expect(waits(exponential(1000, 2, 10_000), [1, 2, 3, 4, 5, 6])).toEqual([1000, 2000, 4000, 8000, 10_000, 10_000]);
  });

  it('is the maximum where the power is too large for a number', () => {
    expect(waits(exponential(1000, 100, 60_000), [200, 10_000])).toEqual([60_000, 60_000]);
  });

  it('is listed, the last one repeated', () => {
    expect(waits({ kind: 'listed', delaysMs: [1000, 5000] }, [1, 2, 3, 99])).toEqual([1000, 5000, 5000, 5000]);
  });

  it('rises in equal steps from the least to the most', () => {
    const linear = { kind: 'linear', minimumMs: 300_000, maximumMs: 600_000, retries: 5 } as const;

    expect(waits(linear, [1, 2, 3, 4, 5, 6])).toEqual([300_000, 375_000, 450_000, 525_000, 600_000, 600_000]);
    expect(waits({ ...linear, retries: 1 }, [1])).toEqual([300_000]);
  });

  it('is whole, and never longer than a year', () => {
    expect(waits(exponential(1001, 1.5, 1e6), [2])).toEqual([1502]);
    expect(waits({ kind: 'listed', delaysMs: [1e15] }, [1])).toEqual([MAX_DELAY_MS]);
  });

  it.each([
    ['none', 1000, 1000],
    ['full', 0, 1000],
    ['equal', 500, 1000],
    [0.1, 900, 1100],
    [1, 0, 2000],
    [0, 1000, 1000],
  ] as const)('with jitter %s lies from %d to %d', (kind, least, most) => {
    const curve: RetryCurve = { delays: { kind: 'listed', delaysMs: [1000] }, jitter: kind };

    expect([delayOf(curve, 1, 0), delayOf(curve, 1, HIGHEST)]).toEqual([least, most]);
  });

  it('that is drawn lies between the two, whatever the jitter says', () => {
    const random = { kind: 'random', minimumMs: 1000, maximumMs: 60_000 } as const;

    expect([0, 0.5, HIGHEST].map((each) => delayOf({ delays: random, jitter: 'full' }, 7, each))).toEqual([1000, 30_500, 60_000]);
  });

  test('is for every curve, retry and dice a whole number of ms within a year', () => {
    fc.assert(
      fc.property(delays, jitter, retry, dice, (curve, spread, number, cast) => {
        const ms = delayOf({ delays: curve, jitter: spread }, number, cast);

        expect(Number.isInteger(ms) && ms >= 0 && ms <= MAX_DELAY_MS).toBe(true);
      }),
    );
  });

  test('without jitter never falls from one retry to the next of a growing curve', () => {
    fc.assert(
      fc.property(retry, fc.integer({ min: 1, max: 1e6 }), fc.double({ min: 1, max: 10, noNaN: true }), (number, initial, by) => {
        const [now = 0, next = 0] = waits(exponential(initial, by, 1e9), [number, number + 1]);

        expect(next).toBeGreaterThanOrEqual(now);
        expect(next).toBeLessThanOrEqual(1e9);
      }),
    );
  });

  test('with full and equal jitter never exceeds the wait itself', () => {
    fc.assert(
      fc.property(delays, retry, dice, fc.constantFrom('full' as const, 'equal' as const), (curve, number, cast, spread) => {
        fc.pre(curve.kind !== 'random');
        const base = delayOf({ delays: curve, jitter: 'none' }, number, cast);
        const ms = delayOf({ delays: curve, jitter: spread }, number, cast);

        expect(ms).toBeLessThanOrEqual(base);
        if (spread === 'equal') expect(ms).toBeGreaterThanOrEqual(Math.floor(base / 2));
      }),
    );
  });
});

describe('the dice', () => {
  it('fall the same way for the same attempt, from 0 to below 1', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const cast = diceOf(text);

        expect(cast).toBe(diceOf(text));
        expect(cast >= 0 && cast < 1).toBe(true);
      }),
    );
  });

  it('spread neighbouring attempts evenly', () => {
    const tenths = Array.from({ length: 10 }, () => 0);
    for (let number = 0; number < 10_000; number++) {
      const tenth = Math.floor(diceOf(`a2c5b0c6-0000-4000-8000-000000000000/${number}/1`) * 10);
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }

    expect(Math.min(...tenths)).toBeGreaterThan(900);
    expect(Math.max(...tenths)).toBeLessThan(1100);
  });
});
