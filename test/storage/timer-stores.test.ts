import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { PgInstanceStore } from '../../src/storage/stores/instance-store.js';
import { PgStartTimerStore } from '../../src/storage/stores/start-timer-store.js';
import { PgTimerStore } from '../../src/storage/stores/timer-store.js';
import { openHotDatabase } from '../support/hot-database.js';
import { firstStep, headerOf } from '../support/step-writes.js';

const NOW = 1_800_000_000_000;
const database = openHotDatabase();
let store: PgInstanceStore;
let timers: PgTimerStore;
let startTimers: PgStartTimerStore;
beforeAll(async () => {
  store = new PgInstanceStore(database.pool);
  await store.open();
  startTimers = new PgStartTimerStore(database.pool);
});
beforeEach(async () => {
  await database.rows('TRUNCATE timer_job, start_timer');
  timers = new PgTimerStore(database.pool); // That has seen no backlog.
});

/** Rows that fall due one millisecond after the other, from `from` on; in one instance. */
async function scheduleTimers(count: number, from: number, tenantId = 'acme'): Promise<number> {
  const id = store.nextId();
  const effects = Array.from({ length: count }, (_, i) => ({
    type: 'schedule-timer' as const,
    kind: 'retry' as const,
    elementInstanceId: i + 1,
    timerNodeId: '',
    dueAt: from + i,
  }));
  await store.saveSteps([firstStep({ ...headerOf(id), tenantId }, { effects })]);
  return id;
}

describe('timers that fall due', () => {
  test('are claimed once by nodes that claim at the same time', async () => {
    await scheduleTimers(200, NOW);

    const claims = await Promise.all([1, 2, 3, 4].map((node) => timers.claimDue(NOW + 1_000, 60, node, 30_000, [])));

    const claimed = claims.flat().map((timer) => timer.elementInstanceId);
    expect(new Set(claimed).size).toBe(claimed.length);
    const rest = await timers.claimDue(NOW + 1_000, 1_000, 5, 30_000, []);
    expect([...claimed, ...rest.map((timer) => timer.elementInstanceId)]).toHaveLength(200);
  });

  test('are claimed oldest first, and not before their time', async () => {
    const instanceId = await scheduleTimers(5, NOW);

    const claimed = await timers.claimDue(NOW + 2, 2, 1, 30_000, []);
    const rest = await timers.claimDue(NOW + 2, 10, 1, 30_000, []);

    expect(claimed).toEqual([
      { instanceId, elementInstanceId: 1, timerNodeId: '', kind: 'retry', dueAt: NOW, tenantId: 'acme', circuit: null },
      { instanceId, elementInstanceId: 2, timerNodeId: '', kind: 'retry', dueAt: NOW + 1, tenantId: 'acme', circuit: null },
    ]);
    expect(rest.map((timer) => timer.dueAt)).toEqual([NOW + 2]);
  });

  test('are claimed again at once when the node gives them back, or is dead; not those that another node has claimed', async () => {
    await scheduleTimers(6, NOW);
    const mine = await timers.claimDue(NOW + 10, 2, 1, 30_000, []);
    const others = await timers.claimDue(NOW + 10, 2, 2, 30_000, []);

    await timers.release([...mine, ...others], 1);
    const again = await timers.claimDue(NOW + 10, 2, 3, 30_000, []);
    await timers.releaseAllOf(2, NOW + 10);

    expect(again).toEqual(mine);
    expect(await timers.claimDue(NOW + 10, 2, 3, 30_000, [])).toEqual(others);
  });

  test('are claimed again when the claim ran out', async () => {
    await scheduleTimers(1, NOW);

    expect(await timers.claimDue(NOW, 10, 1, 0, [])).toHaveLength(1);
    expect(await timers.claimDue(NOW, 10, 2, 60_000, [])).toHaveLength(1);
    expect(await timers.claimDue(NOW, 10, 3, 60_000, [])).toHaveLength(0);
  });

  test('are counted, and the next unclaimed one is known', async () => {
    expect(await timers.nextDueAt([])).toBeNull();
    await scheduleTimers(3, NOW);

    await timers.claimDue(NOW, 1, 1, 60_000, []);

    expect(await timers.nextDueAt([])).toBe(NOW + 1);
    expect(await timers.countDue(NOW + 1)).toBe(2);
  });

  test('of instances that are still being fired stay where they are', async () => {
    const busy = await scheduleTimers(2, NOW);
    const other = await scheduleTimers(1, NOW + 5);

    expect(await timers.nextDueAt([busy])).toBe(NOW + 5);
    const claimed = await timers.claimDue(NOW + 10, 10, 1, 60_000, [busy]);

    expect(claimed.map((timer) => timer.instanceId)).toEqual([other]);
    expect(await timers.claimDue(NOW + 10, 10, 1, 60_000, [])).toHaveLength(2);
  });

  test('are discarded unless they were moved meanwhile', async () => {
    await scheduleTimers(2, NOW);
    const [first, second] = await timers.claimDue(NOW + 1, 2, 1, 60_000, []);
    if (!first || !second) throw new Error('Expected two timers');

    await timers.discard([{ ...first, dueAt: first.dueAt - 1 }, second]);

    expect(await database.rows('SELECT element_instance_id FROM timer_job')).toEqual([{ element_instance_id: 1 }]);
  });
});

describe('timers of several tenants', () => {
  const countByTenant = (claimed: readonly { tenantId: string }[]): Record<string, number> => {
    const counts: Record<string, number> = {};
    for (const { tenantId } of claimed) counts[tenantId] = (counts[tenantId] ?? 0) + 1;
    return counts;
  };
  /** A store that has heard of a backlog: its first claim was full. */
  async function withBacklog(except: readonly number[] = []): Promise<PgTimerStore> {
    const busy = new PgTimerStore(database.pool);
    expect(countByTenant(await busy.claimDue(NOW + 10_000, 100, 1, 60_000, except))).toEqual({ storm: 100 });
    return busy;
  }

  test('take turns where more is due than a claim takes, and what some leave free goes to the oldest', async () => {
    await scheduleTimers(2_000, NOW, 'storm');
    await scheduleTimers(5, NOW + 5_000, 'calm');
    await scheduleTimers(80, NOW + 5_000, 'lively');
    const busy = await withBacklog();

    const first = await busy.claimDue(NOW + 10_000, 120, 1, 60_000, []);
    const second = await busy.claimDue(NOW + 10_000, 120, 1, 60_000, []);

    expect(countByTenant(first)).toEqual({ storm: 75, calm: 5, lively: 40 });
    expect(countByTenant(second)).toEqual({ storm: 80, lively: 40 });
    const storm = [...first, ...second]
      .filter(({ tenantId }) => tenantId === 'storm')
      .map(({ elementInstanceId }) => elementInstanceId);
    expect(Math.max(...storm)).toBe(100 + 155);
  });

  test('all get their turn where they are more than one claim looks at', async () => {
    await scheduleTimers(2_000, NOW, 'storm');
    for (let number = 0; number < 120; number++)
      await scheduleTimers(1, NOW + 9_000, `tenant-${String(number).padStart(3, '0')}`);
    const busy = await withBacklog();

    const claims = [];
    for (let turn = 0; turn < 3; turn++) claims.push(...(await busy.claimDue(NOW + 10_000, 500, 1, 60_000, [])));

    expect(Object.keys(countByTenant(claims))).toHaveLength(121);
    expect(claims).toHaveLength(1_500);
  });

  test('are claimed once by nodes that claim in turn at the same time, none is left, and none before its time', async () => {
    await scheduleTimers(1_000, NOW, 'storm');
    await scheduleTimers(300, NOW + 500, 'other');
    await scheduleTimers(10, NOW + 20_000, 'later');
    const nodes = [1, 2, 3].map(() => new PgTimerStore(database.pool));
    const claimed: number[] = [];

    await Promise.all(
      nodes.map(async (each, index) => {
        for (let claim = [0]; claim.length > 0; claimed.push(...claim))
          claim = (await each.claimDue(NOW + 10_000, 50, index + 1, 60_000, [])).map(
            ({ instanceId, elementInstanceId }) => instanceId * 10_000 + elementInstanceId,
          );
      }),
    );

    expect(claimed).toHaveLength(1_300);
    expect(new Set(claimed).size).toBe(1_300);
  });

  test('of instances that are still being fired stay where they are, in turn as well', async () => {
    const stormy = await scheduleTimers(1_000, NOW, 'storm');
    const calm = await scheduleTimers(5, NOW, 'calm');
    const busy = await withBacklog([calm]);

    expect(await busy.claimDue(NOW + 10_000, 100, 1, 60_000, [stormy])).toHaveLength(5);
    expect(await busy.claimDue(NOW + 10_000, 100, 1, 60_000, [calm])).toHaveLength(100);
  });
});

describe('start timers', () => {
  const timer = { definitionId: 7, tenantId: 'acme', startEventId: 'every-hour', dueAt: NOW, remaining: 2 };

  test('fire until nothing remains', async () => {
    await database.rows(
      `INSERT INTO start_timer (definition_id, start_event_id, tenant_id, due_at, remaining)
       VALUES (7, 'every-hour', 'acme', to_timestamp(${NOW} / 1000.0), 2)`,
    );
    const [claimed] = await startTimers.claimDue(NOW, 10, 1, 60_000);
    expect(claimed).toEqual(timer);

    expect(await startTimers.advance(timer, NOW + 5)).toBe(true);
    expect(await startTimers.advance(timer, NOW + 5)).toBe(false);

    const [next] = await startTimers.claimDue(NOW + 5, 10, 1, 60_000);
    expect(next).toEqual({ ...timer, dueAt: NOW + 5, remaining: 1 });
    expect(await startTimers.advance({ ...timer, dueAt: NOW + 5 }, null)).toBe(true);
    expect(await database.rows('SELECT FROM start_timer')).toEqual([]);
  });
});
