import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { PermitUse } from '../../src/application/ports/limits.js';
import { PgJobPermits } from '../../src/storage/stores/job-permits.js';
import { PgLimitPermits } from '../../src/storage/stores/limit-permits.js';
import { openHotDatabase } from '../support/hot-database.js';

const ACME = 'acme';
const CREDIT = 'task:credit';
const database = openHotDatabase();
let permits: PgLimitPermits;
let jobs: PgJobPermits;
beforeAll(() => {
  permits = new PgLimitPermits(database.pool);
  jobs = new PgJobPermits(database.pool);
});
beforeEach(async () => {
  await database.rows('TRUNCATE task_limit, limit_permit, job_permit, server_node');
  await database.rows(`INSERT INTO server_node (node, host, pid) VALUES (1, 'h', 1), (2, 'h', 2), (3, 'h', 3), (4, 'h', 4)`);
});

async function limit(key: string, maxConcurrent: number | null, ratePerSecond: number | null = null): Promise<void> {
  await database.rows(
    `INSERT INTO task_limit (tenant_id, key, max_concurrent, rate_per_second, set_by)
     VALUES ('acme', '${key}', ${maxConcurrent ?? 'NULL'}, ${ratePerSecond ?? 'NULL'}, 'test')`,
  );
}

/** Node `node`, which holds `held` of each key, asks for `wanted` more of all of them. */
async function ask(node: number, wanted: number, held = 0, keys = [CREDIT]): Promise<number> {
  const uses = keys.map((key): PermitUse => ({ key, held, waiting: wanted }));
  const { grants } = await permits.settle(ACME, node, uses, [{ keys, wanted }]);
  return grants[0]?.granted ?? NaN;
}

/** Node `node` states what it holds, and wants nothing. */
async function state(node: number, held: number): Promise<void> {
  await permits.settle(ACME, node, [{ key: CREDIT, held, waiting: 0 }], []);
}

describe('permits of a limit', () => {
  test('are never more than the limit, whoever takes and gives back at the same time', async () => {
    await limit(CREDIT, 7);
    let inUse = 0;
    let most = 0;
    let taken = 0;
    const taker = async (node: number): Promise<void> => {
      for (let turn = 0; turn < 150; turn++) {
        const first = await ask(node, 5);
        inUse += first;
        const second = turn % 2 === 0 ? await ask(node, 7, first) : 0;
        inUse += second;
        taken += first + second;
        most = Math.max(most, inUse);
        // In this order, as a node does: what it states as given back it has stopped using before.
        inUse -= first + second;
        await state(node, 0);
      }
    };

    await Promise.all([1, 2, 3, 4].map(taker));

    expect(most).toBe(7);
    expect(taken).toBeGreaterThan(300);
    expect(await database.rows('SELECT FROM limit_permit')).toEqual([]);
  });

  test('are granted where all limits of an attempt have room, or not at all', async () => {
    await limit(CREDIT, 10);
    await limit('http://bureau:80', 2);

    expect(await ask(1, 5, 0, [CREDIT, 'http://bureau:80'])).toBe(2);
    expect(await ask(2, 5, 0, [CREDIT, 'http://bureau:80'])).toBe(0);
    expect(await ask(3, 20)).toBe(3); // Its equal part, while node 2 waits.
  });

  test('go in equal parts to the nodes that need them, and all to one that is alone', async () => {
    await limit(CREDIT, 6);
    expect(await ask(1, 10)).toBe(6);

    expect(await ask(2, 10)).toBe(0);
    const { shares } = await permits.settle(ACME, 1, [{ key: CREDIT, held: 6, waiting: 4 }], []);
    expect(shares).toEqual([{ key: CREDIT, othersShort: true, fair: 3, crowded: false }]);
    expect(await ask(1, 10, 4)).toBe(0);
    expect(await ask(2, 10)).toBe(2);
    expect(await ask(1, 10, 3)).toBe(0);
    expect(await ask(2, 10, 2)).toBe(1);
  });

  test('that were granted are not waited for any more', async () => {
    await limit(CREDIT, 4);
    expect(await ask(1, 3)).toBe(3);

    expect(await database.rows('SELECT held, waiting FROM limit_permit')).toEqual([{ held: 3, waiting: 0 }]);
    expect(await ask(2, 4)).toBe(1);
    expect(await database.rows('SELECT held, waiting FROM limit_permit ORDER BY node')).toEqual([
      { held: 3, waiting: 0 },
      { held: 1, waiting: 3 },
    ]);
  });

  test('of a node that was declared dead, or is not known any more, are free', async () => {
    await limit(CREDIT, 4);
    expect(await ask(1, 3)).toBe(3);
    expect(await ask(2, 4)).toBe(1);

    await database.rows('UPDATE server_node SET dead_at = clock_timestamp() WHERE node = 1');
    expect(await ask(2, 4, 1)).toBe(3);

    await database.rows('DELETE FROM server_node WHERE node = 2');
    expect(await ask(3, 9)).toBe(4);
  });

  test('are not granted to a node that is dead, or whose heartbeat is late', async () => {
    await limit(CREDIT, 4);
    await database.rows('UPDATE server_node SET dead_at = clock_timestamp() WHERE node = 1');
    await database.rows(`UPDATE server_node SET heartbeat_at = clock_timestamp() - interval '3 seconds' WHERE node = 2`);

    expect(await ask(1, 1)).toBe(0);
    expect(await ask(2, 1)).toBe(0);
    expect(await ask(3, 4)).toBe(2); // Node 2 still waits.
  });

  test('of a limit that is gone are not counted any more', async () => {
    expect(await ask(1, 1_000)).toBe(1_000);
  });

  test('are taken away with the row of a node that wants nothing', async () => {
    await limit(CREDIT, 4);
    await ask(1, 2);

    await state(1, 0);

    expect(await database.rows('SELECT FROM limit_permit')).toEqual([]);
  });
});

describe('a rate', () => {
  test('grants no more than its seconds brought, to all nodes together', async () => {
    await limit(CREDIT, null, 50);
    const [before] = await database.rows('SELECT clock_timestamp() AS at');
    let granted = 0;
    const end = performance.now() + 1_000;
    const taker = async (node: number): Promise<void> => {
      while (performance.now() < end) {
        const more = await ask(node, 10);
        granted += more;
      }
    };

    await Promise.all([1, 2, 3, 4].map(taker));

    const [after] = await database.rows('SELECT clock_timestamp() AS at');
    const seconds = (Number(new Date(String(after?.['at']))) - Number(new Date(String(before?.['at'])))) / 1_000;
    expect(granted).toBeLessThanOrEqual(50 * (seconds + 1) + 5);
    expect(granted).toBeGreaterThan(25);
  });

  test('says when the next one may begin', async () => {
    await limit(CREDIT, null, 2);
    const wish = { keys: [CREDIT], wanted: 3 };

    const { grants } = await permits.settle(ACME, 1, [{ key: CREDIT, held: 0, waiting: 3 }], [wish]);

    expect(grants[0]?.granted).toBe(1);
    expect(grants[0]?.nextInMs).toBeGreaterThan(300);
    expect(grants[0]?.nextInMs).toBeLessThanOrEqual(500);
  });

  test('holds no more in its bucket than a tenth of a second, however long nothing began', async () => {
    await limit(CREDIT, null, 100);
    await database.rows(`UPDATE task_limit SET refilled_at = refilled_at - interval '1 hour'`);

    expect(await ask(1, 1_000)).toBe(10);
  });

  test('is kept beside the number at once', async () => {
    await limit(CREDIT, 2, 1_000);
    await database.rows(`UPDATE task_limit SET refilled_at = refilled_at - interval '1 hour'`);

    expect(await ask(1, 1_000)).toBe(2);
  });
});

describe('permits of jobs', () => {
  type Job = Readonly<Record<'instanceId' | 'elementInstanceId', number>>;
  const job = (elementInstanceId: number): Job => ({ instanceId: 9, elementInstanceId });
  const take = async (...ids: number[]): Promise<number[]> =>
    (await jobs.take(ACME, 'credit', ids.map(job))).granted.map(({ elementInstanceId }) => elementInstanceId);
  const permits = (): Promise<unknown[]> => database.rows('SELECT element_instance_id AS id FROM job_permit ORDER BY 1');

  /** As the step that gives them out does it: the job's row goes, and one that looks after the lock comes. */
  async function giveOut(...ids: number[]): Promise<void> {
    await database.rows(`DELETE FROM job WHERE element_instance_id IN (${ids.join()})`);
    await database.rows(
      `INSERT INTO timer_job (instance_id, element_instance_id, timer_node_id, kind, due_at, tenant_id)
       SELECT 9, id, '', 'job', now(), '${ACME}' FROM unnest(ARRAY[${ids.join()}]) AS id`,
    );
  }

  beforeEach(async () => {
    await database.rows('TRUNCATE job, timer_job');
    await database.rows(
      `INSERT INTO job (instance_id, element_instance_id, tenant_id, job_type, queued_at, claimed_until)
       SELECT 9, id, '${ACME}', 'credit', now(), now() + interval '5 s' FROM generate_series(1, 50) AS id`,
    );
  });

  test('count together with those of the attempts of nodes', async () => {
    await limit(CREDIT, 5);
    expect(await ask(1, 2)).toBe(2);

    expect(await take(1, 2, 3, 4)).toEqual([1, 2, 3]);
    expect(await take(4)).toEqual([]);
    expect(await ask(1, 9, 2)).toBe(0);

    await jobs.giveBack(ACME, [job(1), job(2)]);
    expect(await ask(1, 9, 2)).toBe(2);
  });

  test('count as long as a worker holds the job, whatever ends that', async () => {
    await limit(CREDIT, 2);
    await take(1, 2);
    await giveOut(1, 2);
    await database.rows(`UPDATE job_permit SET granted_at = granted_at - interval '1 hour'`);
    expect(await take(3)).toEqual([]);

    // Its instance was cancelled, say.
    await database.rows('DELETE FROM timer_job WHERE element_instance_id = 1');

    expect(await take(3, 4)).toEqual([3]);
    expect(await permits()).toEqual([{ id: 2 }, { id: 3 }]);
    // It is queued for another attempt.
    await database.rows('UPDATE job SET claimed_until = NULL WHERE element_instance_id = 3');

    expect(await take(4)).toEqual([4]);
  });

  test('do not count for long where the server that was to give the job out has died', async () => {
    await limit(CREDIT, 1);
    await take(1);
    expect(await take(2)).toEqual([]);

    await database.rows(`UPDATE job_permit SET granted_at = granted_at - interval '15 s'`);

    expect(await take(2)).toEqual([2]);
  });

  test('of a job that is given out again are its new ones', async () => {
    await limit(CREDIT, 2);
    await take(1, 2);

    expect(await take(3, 1)).toEqual([3]);
    expect(await take(1)).toEqual([]);
  });

  test('are exact where many are taken at once, and a rate counts each', async () => {
    await limit(CREDIT, 10, 1_000_000);
    await database.rows(`UPDATE task_limit SET refilled_at = refilled_at - interval '1 hour'`);

    const taken = await Promise.all([10, 20, 30, 40].map((from) => take(from, from + 1, from + 2, from + 3)));

    expect(taken.flat()).toHaveLength(10);
  });

  test('of a rate say when the next one comes', async () => {
    await limit(CREDIT, null, 20);

    const [first, second] = [await jobs.take(ACME, 'credit', [job(1)]), await jobs.take(ACME, 'credit', [job(2)])];

    expect(first.granted).toHaveLength(1);
    expect(second.granted).toHaveLength(0);
    expect(second.nextInMs).toBeGreaterThan(0);
    expect(second.nextInMs).toBeLessThanOrEqual(50);
  });

  test('are not needed where there is no limit', async () => {
    expect(await take(1)).toEqual([1]);
    expect(await permits()).toEqual([]);
  });
});

describe('the revision of all limits', () => {
  test('is another after each change, and the same when only permits moved', async () => {
    const seen = [await permits.revision()];
    await limit(CREDIT, 5, 10);
    seen.push(await permits.revision());
    await database.rows(`UPDATE task_limit SET revision = nextval('task_limit_revision'), max_concurrent = 6`);
    seen.push(await permits.revision());
    await limit('task:other', 5);
    seen.push(await permits.revision());
    await database.rows(`DELETE FROM task_limit WHERE key = '${CREDIT}'`);
    seen.push(await permits.revision());

    expect(new Set(seen).size).toBe(seen.length);
    await ask(1, 1);
    expect(await permits.revision()).toBe(seen.at(-1));
    expect(await permits.all()).toEqual([{ tenantId: ACME, key: 'task:other', maxConcurrent: 5, ratePerSecond: null }]);
  });
});
