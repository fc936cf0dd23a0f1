import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { DataSource } from 'typeorm';
import type { FailureGroup } from '../../src/application/ports/failures.js';
import type { StepWrite } from '../../src/application/ports/instance-store.js';
import type { Effect } from '../../src/engine/index.js';
import { HotPool } from '../../src/storage/connection/hot-pool.js';
import { createDataSource } from '../../src/storage/data-source.js';
import { PgFailureGroupStore } from '../../src/storage/stores/failure-group-store.js';
import { PgInstanceStore } from '../../src/storage/stores/instance-store.js';
import { openHotDatabase } from '../support/hot-database.js';
import { firstStep, headerOf, nextStep } from '../support/step-writes.js';

const HOUR_MS = 3_600_000;
const NOON = Date.UTC(2030, 0, 31, 12);
const NOW = new Date(NOON + 10 * 60_000);
const PAGE = { pageNumber: 1, pageSize: 100, sortBy: 'count', sortDirection: 'desc' } as const;
const database = openHotDatabase();
let dataSource: DataSource;
let groups: PgFailureGroupStore;
let stores: PgInstanceStore[];
const pools: HotPool[] = [];

beforeAll(async () => {
  dataSource = await createDataSource(database.url).initialize();
  groups = new PgFailureGroupStore(dataSource);
  for (let i = 0; i < 3; i++) pools.push(new HotPool(database.url));
  stores = pools.map((pool) => new PgInstanceStore(pool));
  await Promise.all(stores.map((store) => store.open()));
});
beforeEach(() => database.rows('TRUNCATE process_instance, incident, failure_group, failure_count'));
afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.close()));
  await dataSource.destroy();
});

function opening(message: string, at = NOON, elementInstanceId = 1): Effect {
  const decision = { action: 'fail', reason: 'no policy' } as const;
  const error = { code: 'HTTP_503', message, errorClass: 'SERVICE_UNAVAILABLE', kind: 'technical', details: null } as const;
  const incident = { ...error, attempt: 1, at, decision, parkedFor: null };
  return { type: 'open-incident', elementInstanceId, nodeId: 'Check', incident };
}

const settling: Effect = { type: 'close-incident', elementInstanceId: 1, resolution: 'retried' };

function failed(store: PgInstanceStore, message: string, at = NOON, changes: Partial<StepWrite['header']> = {}): StepWrite {
  return firstStep(headerOf(store.nextId(), changes), { effects: [opening(message, at)] }, { updatedAt: at });
}

async function list(now = NOW, tenantId = 'acme', filter = {}): Promise<FailureGroup[]> {
  return (await groups.list(tenantId, filter, PAGE, now)).items;
}

/** What counting the incidents themselves gives. */
async function counted(): Promise<Record<string, number>> {
  const rows = await database.rows(
    'SELECT fingerprint, count(*)::integer AS open FROM incident WHERE resolved_at IS NULL GROUP BY fingerprint',
  );
  return Object.fromEntries(rows.map(({ fingerprint, open }) => [fingerprint as string, open as number]));
}

async function grouped(): Promise<Record<string, number>> {
  return Object.fromEntries((await list()).map(({ groupId, count }) => [groupId, count]));
}

describe('failure groups', () => {
  test('gather the failures of one cause, with what is known of them', async () => {
    const [store] = stores as [PgInstanceStore];
    await store.saveSteps([
      failed(store, 'Loan 1 failed', NOON - 2 * HOUR_MS),
      failed(store, 'Loan 2 failed', NOON, { definitionVersion: 2 }),
      failed(store, 'Loan 3 failed', NOON + 1),
      failed(store, 'Bureau is away', NOON),
      failed(store, 'Loan 4 failed', NOON, { tenantId: 'rival' }),
    ]);

    const [loans, bureau, ...others] = await list();

    expect(others).toEqual([]);
    expect(loans).toMatchObject({
      processDefinitionId: 1,
      processKey: 'loan',
      activityId: 'Check',
      errorCode: 'HTTP_503',
      errorClass: 'SERVICE_UNAVAILABLE',
      pattern: 'Loan <n> failed',
      count: 3,
      total: 3,
      firstSeen: new Date(NOON - 2 * HOUR_MS),
      lastSeen: new Date(NOON + 1),
      affectedVersions: [
        { version: 2, count: 1 },
        { version: 1, count: 2 },
      ],
      state: 'open',
      owner: null,
    });
    expect(loans?.samples.map(({ message }) => message)).toEqual(['Loan 3 failed', 'Loan 2 failed', 'Loan 1 failed']);
    expect(loans?.trend).toHaveLength(24);
    expect(loans?.trend.slice(-3)).toEqual([
      { from: new Date(NOON - 2 * HOUR_MS), opened: 1, settled: 0 },
      { from: new Date(NOON - HOUR_MS), opened: 0, settled: 0 },
      { from: new Date(NOON), opened: 2, settled: 0 },
    ]);
    expect(bureau).toMatchObject({ pattern: 'Bureau is away', count: 1 });
    expect(await list(NOW, 'rival')).toMatchObject([{ pattern: 'Loan <n> failed', count: 1 }]);
  });

  test('are gone from the list when the last failure is settled, and kept for who asks', async () => {
    const [store] = stores as [PgInstanceStore];
    const step = failed(store, 'Loan 1 failed');
    await store.saveSteps([step]);
    await store.saveSteps([nextStep(step, { effects: [settling] }, { updatedAt: NOON + 5 })]);

    expect(await list()).toEqual([]);
    expect(await list(NOW, 'acme', { includeSettled: true })).toMatchObject([
      { count: 0, total: 1, samples: [], affectedVersions: [] },
    ]);
  });

  test('count a failure that the very step that opened it settles, or opens again', async () => {
    const [store] = stores as [PgInstanceStore];
    const step = failed(store, 'Loan 1 failed');
    await store.saveSteps([step]);
    await store.saveSteps([
      nextStep(step, { effects: [settling, opening('Loan 2 failed'), settling, opening('Loan 3 failed')] }),
    ]);

    expect(await list()).toMatchObject([{ count: 1, total: 3 }]);
    expect(await grouped()).toEqual(await counted());
  });

  test('equal a count of the incidents while many connections open and settle them and others fold', async () => {
    const causes = ['a', 'b', 'c', 'd', 'e'].map((cause) => `cause ${cause}`);
    const open: StepWrite[] = [];
    const wrong: unknown[] = [];
    const deed = async (turn: number): Promise<void> => {
      const store = stores[turn % stores.length] as PgInstanceStore;
      const at = NOON - (turn % 30) * HOUR_MS;
      const settled = open.splice(0, turn % 7);
      const begun = Array.from({ length: 5 }, (_, i) => failed(store, causes[(turn * 3 + i) % causes.length] ?? '', at));
      await store.saveSteps([...begun, ...settled.map((step) => nextStep(step, { effects: [settling] }, { updatedAt: at + 1 }))]);
      open.push(...begun);
    };
    const check = async (): Promise<void> => {
      const [row] = await database.rows(
        `SELECT (SELECT count(*) FROM incident WHERE resolved_at IS NULL)::integer AS incidents,
           (SELECT coalesce(sum(opened - settled), 0) FROM failure_count)::integer AS counted`,
      );
      if (row?.['incidents'] !== row?.['counted']) wrong.push(row);
    };
    for (let round = 0; round < 15; round++) {
      const deeds = [0, 1, 2, 3, 4, 5].map((i) => deed(round * 6 + i));
      await Promise.all([...deeds, check(), groups.fold(new Date(NOON)), check()]);
    }
    await groups.fold(new Date(NOON));

    expect(wrong).toEqual([]);
    expect(open.length).toBeGreaterThan(100);
    expect(await grouped()).toEqual(await counted());
    const [rest] = await database.rows(
      `SELECT count(*)::integer AS rows FROM failure_count WHERE writer <> 0 AND hour < '${new Date(NOON).toISOString()}'`,
    );
    expect(rest).toEqual({ rows: 0 });
  });

  test('remember who looks after them, and wake when they have been snoozed for long enough', async () => {
    const [store] = stores as [PgInstanceStore];
    await store.saveSteps([failed(store, 'Loan 1 failed')]);
    const [{ groupId }] = (await list()) as [FailureGroup];
    const audit = (): never => {
      throw new Error('nobody is told');
    };
    const until = new Date(NOW.getTime() + HOUR_MS);
    const snooze = { state: 'snoozed', snoozedUntil: until, owner: 'ada' } as const;

    await expect(groups.change('acme', groupId, snooze, 'ada', NOW, audit, null)).rejects.toThrow('nobody is told');
    expect(await list()).toMatchObject([{ state: 'open', owner: null }]);
    expect(await groups.change('rival', groupId, snooze, 'ada', NOW, audit, null)).toBeNull();
    await dataSource.query(
      `UPDATE failure_group SET state = 'snoozed', snoozed_until = $1, owner = 'ada' WHERE fingerprint = $2`,
      [until, groupId],
    );

    expect(await list(NOW, 'acme', { state: ['snoozed'] })).toMatchObject([
      { state: 'snoozed', snoozedUntil: until, owner: 'ada' },
    ]);
    expect(await list(until, 'acme', { state: ['open'], owner: 'ada' })).toMatchObject([{ state: 'open' }]);
    expect(await list(until, 'acme', { state: ['snoozed'] })).toEqual([]);
  });
});
