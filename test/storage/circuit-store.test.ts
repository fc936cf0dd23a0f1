import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { DataSource } from 'typeorm';
import {
  closeCircuit,
  countOutcomes,
  forceOpen,
  freshCircuit,
  type CircuitSettings,
} from '../../src/application/circuits/circuit.js';
import type { CircuitKey } from '../../src/application/ports/circuits.js';
import type { DueTimer } from '../../src/application/ports/stores.js';
import type { Incident, InstanceState } from '../../src/engine/index.js';
import { createDataSource } from '../../src/storage/data-source.js';
import { PgCircuitStore } from '../../src/storage/stores/circuit-store.js';
import { PgInstanceStore } from '../../src/storage/stores/instance-store.js';
import { PgTimerStore } from '../../src/storage/stores/timer-store.js';
import { openHotDatabase } from '../support/hot-database.js';
import { firstStep, headerOf } from '../support/step-writes.js';

const PAUSED = { status: 'paused', paused: true } as const;
const NOW = 1_800_000_000_000;
const SETTINGS: CircuitSettings = {
  windowMs: 3_600_000,
  leastCalls: 1_000_000,
  failureShare: 0.5,
  firstProbeMs: 5_000,
  longestProbeMs: 60_000,
};
const BUREAU = { tenantId: 'acme', circuit: 'http://bureau:80' };
const OTHER = { tenantId: 'acme', circuit: 'http://other:80' };
const ELSEWHERE = { tenantId: 'globex', circuit: 'http://bureau:80' };
const database = openHotDatabase();
let dataSource: DataSource;
let circuits: PgCircuitStore;
let instances: PgInstanceStore;
let timers: PgTimerStore;

beforeAll(async () => {
  dataSource = await createDataSource(database.url).initialize();
  circuits = new PgCircuitStore(database.pool, dataSource);
  instances = new PgInstanceStore(database.pool);
  await instances.open();
});
beforeEach(async () => {
  await database.rows('TRUNCATE timer_job, circuit, incident');
  timers = new PgTimerStore(database.pool);
});
afterAll(() => dataSource?.destroy());

/** Retries of one instance that fall due one millisecond after the other, from `NOW` on. */
async function retries(
  count: number,
  { tenantId, circuit }: CircuitKey,
  held = false,
  state: Partial<InstanceState> = {},
): Promise<void> {
  const effects = Array.from({ length: count }, (_, i) => ({
    type: 'schedule-timer' as const,
    kind: 'retry' as const,
    elementInstanceId: i + 1,
    timerNodeId: '',
    dueAt: NOW + i,
    circuit,
    ...(held && { held: true as const }),
  }));
  await instances.saveSteps([firstStep({ ...headerOf(instances.nextId()), tenantId }, { effects }, state)]);
}
/** An incident that was parked at this time; gives its instance's id. */
async function park(openedAt: number, { tenantId, circuit }: CircuitKey, state: Partial<InstanceState> = {}): Promise<number> {
  const id = instances.nextId();
  const incident: Incident = {
    code: 'HTTP_503',
    message: 'unavailable',
    errorClass: 'SERVICE_UNAVAILABLE',
    kind: 'technical',
    details: null,
    attempt: 1,
    at: openedAt,
    decision: { action: 'park', reason: 'rule 1: park' },
    parkedFor: circuit,
  };
  const effects = [{ type: 'open-incident' as const, elementInstanceId: 1, nodeId: 'Task_1', incident }];
  await instances.saveSteps([firstStep({ ...headerOf(id), tenantId }, { effects }, { status: 'error', ...state })]);
  return id;
}
const claim = (limit = 1_000): Promise<DueTimer[]> => timers.claimDue(NOW + 1_000, limit, 1, 60_000, []);
const open = (key: CircuitKey): Promise<unknown> =>
  circuits.change(
    key,
    (_, now) => forceOpen(freshCircuit(now, SETTINGS), 'by hand', null, now),
    () => [],
  );
const close = (key: CircuitKey): Promise<unknown> =>
  circuits.change(
    key,
    (before, now) => closeCircuit(before ?? freshCircuit(now, SETTINGS), 'it works', now, false),
    () => [],
  );

describe('a circuit', () => {
  test('counts what all nodes tell at the same time, and loses none of it', async () => {
    const outcomes = { calls: 3, failures: 1 };
    await Promise.all(
      Array.from({ length: 60 }, () =>
        circuits.change(
          BUREAU,
          (before, now) => countOutcomes(before ?? freshCircuit(now, SETTINGS), outcomes, now, SETTINGS, 0.5),
          () => [],
        ),
      ),
    );

    expect(await circuits.overview('acme')).toMatchObject([{ status: { window: { calls: 180, failures: 60 } } }]);
    expect(await circuits.overview('globex')).toEqual([]);
  });

  test('is kept by one node at a time, and by another when that is not heard of any more', async () => {
    await open(BUREAU);
    await open(ELSEWHERE);
    await close(OTHER);

    const kept = await Promise.all([1, 2, 3].map((node) => circuits.keep(node, 60_000)));
    const keeper = kept.findIndex((keys) => keys.length > 0) + 1;
    const names = kept.flat().map(({ tenantId, circuit }) => `${tenantId} ${circuit}`);

    expect(names.sort()).toEqual(['acme http://bureau:80', 'globex http://bureau:80']);
    expect(await circuits.keep(keeper, 0)).toHaveLength(kept[keeper - 1]?.length ?? 0);
    expect((await circuits.keep(9, 60_000)).length).toBeGreaterThan(0);
  });

  test('is forgotten when it has been closed for long enough, not while it is open', async () => {
    await open(BUREAU);
    await close(OTHER);

    await circuits.forgetClosed(60_000);
    expect(await circuits.overview('acme')).toHaveLength(2);
    await circuits.forgetClosed(0);

    expect(await circuits.overview('acme')).toMatchObject([BUREAU]);
    expect(await circuits.notClosed()).toEqual([BUREAU]);
  });
});

describe('retries that are held', () => {
  test('keep their times, and are not claimed; those that were scheduled anew meanwhile, or freed of it, are not held', async () => {
    await retries(4, BUREAU);
    const [first, second, third, fourth] = (await claim()) as [DueTimer, DueTimer, DueTimer, DueTimer];
    await database.rows(`UPDATE timer_job SET circuit = NULL WHERE element_instance_id = ${fourth.elementInstanceId}`);

    await circuits.hold([first, second, { ...third, dueAt: third.dueAt - 1 }, fourth]);

    const rows = await database.rows(
      'SELECT element_instance_id AS id, held, (extract(epoch FROM due_at) * 1000)::bigint AS due FROM timer_job ORDER BY 1',
    );
    expect(rows).toEqual([
      { id: 1, held: true, due: NOW },
      { id: 2, held: true, due: NOW + 1 },
      { id: 3, held: false, due: NOW + 2 },
      { id: 4, held: false, due: NOW + 3 },
    ]);
    await timers.releaseAllOf(1, NOW + 1_000);
    expect(await claim()).toMatchObject([{ elementInstanceId: 3 }, { elementInstanceId: 4 }]);
    expect(await circuits.counts()).toEqual({ open: 0, held: 2 });
  });

  test('are let through the oldest first, of this circuit and tenant only, at their times, and pass', async () => {
    await retries(5, BUREAU, true);
    await retries(1, OTHER, true);
    await retries(1, ELSEWHERE, true);

    expect(await circuits.releaseHeld(BUREAU, 2)).toBe(2);

    expect(await claim()).toMatchObject([
      { elementInstanceId: 1, dueAt: NOW, probe: true, circuit: BUREAU.circuit, tenantId: 'acme' },
      { elementInstanceId: 2, dueAt: NOW + 1, probe: true },
    ]);
    expect(await circuits.releaseHeld(BUREAU, 10)).toBe(3);
    expect(await circuits.releaseHeld(BUREAU, 10)).toBe(0);
  });

  test('are let through once by two nodes at the same time', async () => {
    await retries(100, BUREAU, true);

    const released = await Promise.all(Array.from({ length: 10 }, () => circuits.releaseHeld(BUREAU, 7)));

    const rows = await database.rows('SELECT FROM timer_job WHERE NOT held');
    expect(rows).toHaveLength(released.reduce((sum, count) => sum + count, 0));
  });

  test('of paused instances are passed over, unless they are asked for', async () => {
    await retries(2, BUREAU, true, PAUSED);
    expect(await circuits.whoWaits(BUREAU)).toBe('nobody');
    await retries(2, BUREAU, true);
    expect(await circuits.whoWaits(BUREAU)).toBe('now');

    expect(await circuits.releaseHeld(BUREAU, 3)).toBe(2);
    expect(await circuits.releaseHeld(BUREAU, 3)).toBe(0);
    expect(await circuits.releaseHeld(BUREAU, 3, true)).toBe(2);
  });

  test('are told from those that will be due later, and from nothing', async () => {
    expect(await circuits.whoWaits(BUREAU)).toBe('nobody');
    await retries(1, OTHER, true);
    await retries(1, BUREAU);
    expect(await circuits.whoWaits(BUREAU)).toBe('later');
    await circuits.hold(await claim());
    expect(await circuits.whoWaits(BUREAU)).toBe('now');
  });

  test('are found where their circuit is closed or not known, not where it holds them', async () => {
    await retries(50, BUREAU, true);
    await retries(50, OTHER, true);
    await retries(50, ELSEWHERE, true);
    await open(BUREAU);
    await close(OTHER);

    expect(await circuits.heldInVain()).toEqual([OTHER, ELSEWHERE]);
    await open(ELSEWHERE);
    await circuits.releaseHeld(OTHER, 50);
    expect(await circuits.heldInVain()).toEqual([]);
  });
});

describe('incidents that are parked', () => {
  test('are found by their circuit and tenant, the oldest first, without those of paused instances', async () => {
    const second = await park(NOW + 1, BUREAU);
    const first = await park(NOW, BUREAU);
    await park(NOW - 1, BUREAU, PAUSED);
    for (const other of [OTHER, ELSEWHERE]) await park(NOW - 2, other);

    const found = await circuits.parked(BUREAU, 10);

    expect(found.map(({ instanceId }) => instanceId)).toEqual([first, second]);
    expect(await circuits.overview('acme')).toEqual([]);
    await open(BUREAU);
    expect(await circuits.overview('acme')).toMatchObject([{ parked: 3 }]);
  });

  test('are found when their circuit has closed since, those of paused instances too, as many at once as are asked for', async () => {
    const before = Date.now() - 60_000;
    const ids = [await park(before, BUREAU), await park(before + 1, BUREAU, PAUSED), await park(before + 2, BUREAU)];
    await park(Date.now() + 3_600_000, BUREAU);
    await park(before, OTHER);
    const elsewhere = await park(before, ELSEWHERE);
    await open(BUREAU);
    await open(OTHER);
    expect(await circuits.parkedInVain(10)).toEqual([]);

    for (const key of [BUREAU, ELSEWHERE]) await close(key);

    const found = await circuits.parkedInVain(2);
    expect(found.map(({ instanceId }) => instanceId)).toEqual([...ids.slice(0, 2), elsewhere]);
    expect(found[2]).toMatchObject(ELSEWHERE);
    expect(await circuits.parkedInVain(10)).toHaveLength(4);
  });

  test('stay where their circuit has never been open', async () => {
    await park(Date.now() - 60_000, BUREAU);
    await circuits.change(
      BUREAU,
      (_, now) => countOutcomes(freshCircuit(now, SETTINGS), { calls: 1, failures: 1 }, now, SETTINGS, 0.5),
      () => [],
    );

    expect(await circuits.parkedInVain(10)).toEqual([]);
  });
});
