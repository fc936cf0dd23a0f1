import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  beginCohort,
  closeCircuit,
  countOutcomes,
  forceOpen,
  freshCircuit,
  nextCohort,
  reopenGradually,
  type Circuit,
  type CircuitSettings,
} from '../../../src/application/circuits/circuit.js';

const SETTINGS: CircuitSettings = {
  windowMs: 30_000,
  leastCalls: 10,
  failureShare: 0.5,
  firstProbeMs: 5_000,
  longestProbeMs: 60_000,
};
const MIDDLE = 0.5;
const fresh = freshCircuit(0, SETTINGS);

const count = (circuit: Circuit, calls: number, failures: number, now = 1_000): Circuit =>
  countOutcomes(circuit, { calls, failures }, now, SETTINGS, MIDDLE);
const opened = count(fresh, 10, 5);

describe('a closed circuit', () => {
  test('opens when enough of enough calls failed within its window, and says so', () => {
    expect(count(fresh, 9, 9).state).toBe('closed');
    expect(count(fresh, 10, 4).state).toBe('closed');
    expect(count(count(fresh, 6, 3), 4, 2)).toMatchObject({
      state: 'open',
      reason: '5 of 10 calls within 30 s failed',
      changedAt: 1_000,
      probeAt: 6_000,
    });
  });

  test('forgets what lies before its window', () => {
    const before = count(fresh, 9, 9, 0);
    expect(count(before, 1, 1, 30_000).state).toBe('open');
    expect(count(before, 1, 1, 30_001)).toMatchObject({ state: 'closed', window: { calls: 1, failures: 1 } });
  });
});

describe('an open circuit', () => {
  test('is probed with three canaries when its time has come, not before', () => {
    expect(nextCohort(opened, 5_999)).toBe(0);
    expect(nextCohort(opened, 6_000)).toBe(3);
  });

  test('does not count the outcomes of attempts that had begun before', () => {
    expect(count(opened, 100, 100)).toBe(opened);
  });

  test('that somebody opened is not probed, or from a stated time on', () => {
    expect(nextCohort(forceOpen(fresh, 'by hand', null, 0), Number.MAX_SAFE_INTEGER)).toBe(0);
    expect(nextCohort(forceOpen(fresh, 'by hand', 9_000, 0), 9_000)).toBe(3);
  });

  test('is probed at other times than circuits that opened with it', () => {
    const probeAt = (dice: number): number | null => countOutcomes(fresh, { calls: 10, failures: 10 }, 0, SETTINGS, dice).probeAt;
    expect([probeAt(0), probeAt(1)]).toEqual([4_000, 6_000]);
  });
});

describe('a half-open circuit', () => {
  const probing = beginCohort(opened, 3, 6_000);

  test('lets cohorts through that double, each when the one before has ended well', () => {
    expect(nextCohort(count(probing, 2, 0), 7_000)).toBe(0);
    const well = count(probing, 3, 1);
    expect(nextCohort(well, 7_000)).toBe(6);
    expect(nextCohort(count(beginCohort(well, 6, 7_000), 6, 0), 8_000)).toBe(12);
    expect(nextCohort(count(beginCohort(well, 900, 7_000), 900, 0), 8_000)).toBe(1_000);
  });

  test('opens again as soon as too many of a cohort failed, for twice as long, up to the longest', () => {
    const again = count(probing, 2, 2, 10_000);
    expect(again).toMatchObject({ state: 'open', probeAt: 20_000, reason: '2 of 2 calls that were let through failed' });
    let circuit = again;
    for (let i = 0; i < 10; i++) circuit = count(beginCohort(circuit, 3, 0), 3, 3, 0);
    expect(circuit.probeAt).toBe(60_000);
  });

  test('goes on after ten seconds, no faster, with a cohort of which not all came back', () => {
    expect(nextCohort(count(probing, 1, 0), 16_000)).toBe(0);
    expect(nextCohort(count(probing, 1, 0), 16_001)).toBe(3);
  });

  test('lets others through at once in the places of canaries that went elsewhere, and doubles only what has come back', () => {
    const stray = (circuit: Circuit, strays: number): Circuit =>
      countOutcomes(circuit, { calls: 0, failures: 0, strays }, 7_000, SETTINGS, MIDDLE);
    expect(nextCohort(stray(probing, 2), 7_000)).toBe(0);
    expect(nextCohort(stray(probing, 3), 7_000)).toBe(3);
    expect(nextCohort(count(stray(probing, 1), 2, 0), 7_000)).toBe(4);
    expect(stray(probing, 9)).toMatchObject({ state: 'half-open', cohort: { size: 0, calls: 0 } });
    expect(stray(opened, 3)).toBe(opened);
  });

  test('that closes for want of anybody who waits is on trial: three failures open it again, for twice as long', () => {
    const trial = closeCircuit(probing, 'nobody waits', 7_000, true);
    expect(count(trial, 3, 3, 8_000)).toMatchObject({ state: 'open', probeAt: 18_000 });
    const passed = count(trial, 3, 0, 8_000);
    expect(count(passed, 3, 3, 8_000).state).toBe('closed');
    expect(count(count(passed, 3, 3, 8_000), 9, 9, 8_000)).toMatchObject({ state: 'open', probeAt: 13_000 });
  });

  test('that somebody closes lets a cohort through at once', () => {
    expect(nextCohort(reopenGradually(opened, 'by hand', 2_000), 2_000)).toBe(6);
  });
});

test('no order of events leaves a circuit that neither lets attempts through nor is probed, unless somebody opened it', () => {
  const event = fc.record({ calls: fc.nat(20), share: fc.double({ min: 0, max: 1, noNaN: true }), waitMs: fc.nat(70_000) });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), fc.double({ min: 0, max: 1, noNaN: true }), (events, dice) => {
      let circuit = fresh;
      let now = 0;
      for (const { calls, share, waitMs } of events) {
        now += waitMs;
        circuit = countOutcomes(circuit, { calls, failures: Math.round(calls * share) }, now, SETTINGS, dice);
        const size = nextCohort(circuit, now);
        if (size > 0) circuit = beginCohort(circuit, size, now);
        if (circuit.state === 'open') expect(circuit.probeAt).toBeLessThanOrEqual(now + 72_000);
        expect(circuit.cohort !== null).toBe(circuit.state === 'half-open');
        expect(nextCohort(circuit, now + 72_000) > 0).toBe(circuit.state !== 'closed');
      }
    }),
  );
});
