import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { beginCohort, freshCircuit, forceOpen, type CircuitSettings } from '../../src/application/circuits/circuit.js';
import type { CircuitKey } from '../../src/application/ports/circuits.js';
import { SharedCircuitBreakers } from '../../src/runner/circuits/circuit-breakers.js';
import { RunnerWakeups } from '../../src/runner/runner-wakeups.js';
import { SystemClock } from '../../src/runner/system-clock.js';
import { createDataSource } from '../../src/storage/data-source.js';
import { PgCircuitStore } from '../../src/storage/stores/circuit-store.js';
import { PgInstanceStore } from '../../src/storage/stores/instance-store.js';
import { openHotDatabase } from '../support/hot-database.js';

jest.setTimeout(60_000);

const SETTINGS: CircuitSettings = {
  windowMs: 30_000,
  leastCalls: 10,
  failureShare: 0.5,
  firstProbeMs: 5_000,
  longestProbeMs: 60_000,
};
const ACME = 'acme';
const BUREAU = 'http://bureau:80';
const KEY = { tenantId: ACME, circuit: BUREAU };
const database = openHotDatabase();
let dataSource: DataSource;
let ids: PgInstanceStore;
let nodes: SharedCircuitBreakers[] = [];

/** Words with the database about outcomes, and looks at what is not closed, which a test may hold up. */
class CountedStore extends PgCircuitStore {
  words = 0;
  afterLook: () => Promise<void> | void = () => undefined;

  override change(...args: Parameters<PgCircuitStore['change']>): ReturnType<PgCircuitStore['change']> {
    this.words++;
    return super.change(...args);
  }

  override async notClosed(): Promise<CircuitKey[]> {
    const found = await super.notClosed();
    await this.afterLook();
    return found;
  }
}

beforeAll(async () => {
  dataSource = await createDataSource(database.url).initialize();
  ids = new PgInstanceStore(database.pool);
  await ids.open();
});
beforeEach(() => database.rows('TRUNCATE circuit'));
afterEach(async () => {
  await Promise.all(nodes.map((node) => node.stop()));
  nodes = [];
});
afterAll(() => dataSource?.destroy());

const newStore = (): CountedStore => new CountedStore(database.pool, dataSource);

function startNode(store = newStore(), isAutomatic = true): SharedCircuitBreakers {
  const node = new SharedCircuitBreakers(store, ids, new SystemClock(false), new RunnerWakeups(), SETTINGS, isAutomatic);
  nodes.push(node);
  node.start();
  return node;
}

function record(node: SharedCircuitBreakers, count: number, isFault: boolean, circuit = BUREAU): void {
  for (let i = 0; i < count; i++) node.record(ACME, circuit, isFault);
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 20_000; !(await holds()); await pause(10))
    if (Date.now() > deadline) throw new Error('It has not come to pass');
}
const forcedOpen = (store: PgCircuitStore, key: CircuitKey): Promise<unknown> =>
  store.change(
    key,
    (_, now) => forceOpen(freshCircuit(now, SETTINGS), 'by hand', null, now),
    () => [],
  );

describe('circuits of several nodes', () => {
  test('open by what one node has counted, and the others hold back, too', async () => {
    const [first, second] = [startNode(), startNode()];

    record(first, 10, true);

    await until(() => !first.admits(ACME, BUREAU) && !second.admits(ACME, BUREAU));
    expect(second.admits(ACME, 'http://other:80')).toBe(true);
    expect(second.admits('other tenant', BUREAU)).toBe(true);
  });

  test('open by what the nodes have counted together, where none has counted enough', async () => {
    const three = [startNode(), startNode(), startNode()];

    for (const node of three) record(node, 4, true);

    await until(() => three.every((node) => !node.admits(ACME, BUREAU)));
    const [opened] = await database.rows(`SELECT status->>'reason' AS reason FROM circuit`);
    expect(opened).toEqual({ reason: expect.stringMatching(/^1[0-2] of 1[0-2] calls within 30 s failed$/) });
  });

  test('cost nothing as long as nothing fails', async () => {
    const store = newStore();
    const node = startNode(store);

    record(node, 10_000, false);
    await node.stop();

    expect([node.isCounting, node.isHolding, store.words]).toEqual([false, false, 0]);
    expect(await database.rows('SELECT FROM circuit')).toEqual([]);
  });
});

test('where circuits open by command only, one that is open lets no other open by itself', async () => {
  await forcedOpen(newStore(), { tenantId: ACME, circuit: 'http://other:80' });
  const store = newStore();
  const node = startNode(store, false);
  await until(() => node.isHolding);

  record(node, 100, true);
  await node.stop();

  expect(store.words).toBe(0);
  expect(node.admits(ACME, BUREAU)).toBe(true);
});

test('a node that sees only failures where others see none does not ask the database at each of them', async () => {
  const store = newStore();
  await store.change(
    KEY,
    (_, now) => ({ ...freshCircuit(now, SETTINGS), window: { startedAt: now, calls: 1_000_000, failures: 1 } }),
    () => [],
  );
  store.words = 0;
  const node = startNode(store);

  for (let i = 0; i < 500; i++) {
    record(node, 1, true);
    await pause(1);
  }
  await node.stop();

  expect(node.admits(ACME, BUREAU)).toBe(true);
  expect(store.words).toBeGreaterThan(0);
  // One for each ten calls, and one for each second.
  expect(store.words).toBeLessThan(75);
});

test('outcomes that come without a pause are told while they come, where their circuit holds back', async () => {
  const store = newStore();
  await forcedOpen(store, KEY);
  store.words = 0;
  const node = startNode(store);
  await until(() => !node.admits(ACME, BUREAU));
  let looks = 0;
  store.afterLook = () => {
    looks++;
  };

  for (const end = performance.now() + 1_500; performance.now() < end; await pause(20)) record(node, 1, true);

  expect(store.words).toBeGreaterThan(3);
  expect(looks).toBeGreaterThan(3);
});

test('an attempt that was let through and went elsewhere makes room for another within a cohort', async () => {
  const store = newStore();
  await store.change(
    KEY,
    (_, now) => beginCohort(forceOpen(freshCircuit(now, SETTINGS), 'by hand', null, now), 3, now),
    () => [],
  );
  const node = startNode(store);
  await until(() => !node.admits(ACME, BUREAU));

  for (let i = 0; i < 2; i++) node.recordStray(ACME, BUREAU);
  node.recordStray(ACME, 'http://other:80');

  await until(async () => (await store.overview(ACME))[0]?.status.cohort?.size === 1);
  expect(await store.overview(ACME)).toMatchObject([{ circuit: BUREAU, status: { cohort: { calls: 0 } } }]);
});

test('what a command has just opened is held although a look that had begun before did not find it', async () => {
  const store = newStore();
  const node = startNode(store);
  let goOn = (): void => undefined;
  const looking = new Promise<void>((isLooking) => {
    store.afterLook = () => {
      isLooking();
      return new Promise((resolve) => (goOn = resolve));
    };
  });
  await looking;

  await forcedOpen(store, KEY);
  node.learn(KEY, forceOpen(freshCircuit(0, SETTINGS), 'by hand', null, 0));
  const seen: boolean[] = [];
  store.afterLook = () => void seen.push(node.admits(ACME, BUREAU));
  goOn();
  await until(() => seen.length > 1);

  expect(seen).not.toContain(true);
});

test('an endpoint whose name cannot be stored does not keep the circuits of others from being known', async () => {
  const node = startNode();
  const nameless = `http://${randomBytes(9_000).toString('base64url')}:80`;
  record(node, 1, true, nameless);

  await forcedOpen(newStore(), KEY);
  record(node, 100, true, nameless);

  await until(() => !node.admits(ACME, BUREAU));
});
