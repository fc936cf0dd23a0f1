import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { EndedInstances, RemovalPosition } from '../../src/application/ports/history.js';
import { createDataSource } from '../../src/storage/data-source.js';
import { HotPool } from '../../src/storage/connection/hot-pool.js';
import { PgEndedInstances } from '../../src/storage/stores/ended-instances.js';
import { PgHistoryPartitions } from '../../src/storage/stores/history-partitions.js';
import { openHotDatabase } from '../support/hot-database.js';
import { insertInstance, type InstanceFields } from './instance-row.js';
import type { DataSource } from 'typeorm';

const database = openHotDatabase();
const LIMIT = Date.parse('2026-06-01T00:00:00Z');
const [OLD, OLDER] = ['2026-05-20T00:00:00.000Z', '2026-05-01T00:00:00.000Z'];
let dataSource: DataSource;
let instances: EndedInstances;

beforeAll(async () => {
  dataSource = await createDataSource(database.url).initialize();
  instances = new PgEndedInstances(database.pool);
});
afterAll(() => dataSource.destroy());

/** All batches of one pass; how many went with each. */
async function removeAll(node: EndedInstances = instances): Promise<number[]> {
  const removed: number[] = [];
  let position: RemovalPosition | null = null;
  do {
    const batch = await node.remove(LIMIT, position);
    removed.push(batch.removed);
    position = batch.next;
  } while (position !== null);
  return removed;
}

/** Which instances have rows, by table: of all tables that have an instance's rows. */
async function rowsByTable(): Promise<Record<string, number[]>> {
  const tables = await dataSource.query<{ name: string; column: string }[]>(
    `SELECT relname AS name, attname AS column FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
       AND relname <> 'instance_call' -- What is to be done at another instance: it goes when it is done.
       AND relname <> 'job_permit' -- It runs out by itself.
       AND relname <> 'batch_item' -- It goes with its batch, whose report would not add up without it.
       AND (attname = 'instance_id' OR (relname = 'process_instance' AND attname = 'id'))`,
  );
  const found: Record<string, number[]> = {};
  for (const { name, column } of tables) {
    const rows = await dataSource.query<{ id: number }[]>(`SELECT DISTINCT ${column} AS id FROM ${name} ORDER BY 1`);
    found[name] = rows.map(({ id }) => id);
  }
  return found;
}

/** In place of all that are there: instances 1 to `total` of two definitions, all old; the first `waiting` have not ended. */
async function insertMany(total: number, waiting: number): Promise<void> {
  await dataSource.query('DELETE FROM process_instance');
  await dataSource.query(
    `INSERT INTO process_instance (id, tenant_id, guid, definition_id, definition_version, process_key, execution_mode, status, version,
       started_at, updated_at, ended_at, state, variables)
     SELECT i, 'acme', 'many-' || i, 1 + i % 2, 1, 'p', 'Unsupervised', CASE WHEN i <= $4 THEN 'waiting' ELSE 'completed' END, 1,
       $1::timestamptz + i * interval '1 ms', $1, CASE WHEN i > $4 THEN $2::timestamptz END, '{}', '{}'
     FROM generate_series(1, $3::integer) AS i`,
    [OLDER, OLD, total, waiting],
  );
}

async function left(): Promise<unknown> {
  return (await database.rows('SELECT count(*) AS left, max(id) AS last FROM process_instance'))[0];
}

/** With a row in every table that may have one. */
async function insertWithAll(fields: Partial<InstanceFields> & { id: number }): Promise<void> {
  await insertInstance(dataSource, { ...fields, history: true });
  await dataSource.query(
    `INSERT INTO timer_job (instance_id, element_instance_id, timer_node_id, kind, due_at, tenant_id) VALUES ($1, 1, 'Timer', 'event', now(), 'acme')`,
    [fields.id],
  );
  await dataSource.query(
    `INSERT INTO job (instance_id, element_instance_id, tenant_id, job_type, queued_at) VALUES ($1, 2, 'acme', 't', now())`,
    [fields.id],
  );
  await dataSource.query(`INSERT INTO message_subscription VALUES ($1, 1, 'acme', 'guid', 'Catch', 'Paid', 'k')`, [fields.id]);
}

describe('retention', () => {
  it('removes what began and ended before the limit, from all tables, and nothing else', async () => {
    await insertWithAll({ id: 1, status: 'completed', startedAt: OLDER, endedAt: OLD });
    await insertWithAll({ id: 2, status: 'cancelled', startedAt: OLDER, endedAt: '2026-05-31T23:59:59.999Z', definitionId: 3 });
    await insertWithAll({ id: 3, status: 'completed', startedAt: OLDER, endedAt: '2026-06-01T00:00:00.000Z' });
    await insertWithAll({ id: 4, status: 'completed', startedAt: '2026-07-01T00:00:00Z', endedAt: '2026-07-01T00:00:00Z' });
    for (const [index, status] of (['running', 'waiting', 'error', 'paused'] as const).entries())
      await insertWithAll({ id: 5 + index, status, startedAt: OLDER });
    const before = await rowsByTable();

    const removed = await removeAll();

    const all = [1, 2, 3, 4, 5, 6, 7, 8];
    const after = await rowsByTable();
    expect(Object.keys(before).sort()).toEqual([
      'activity',
      'incident',
      'instance_scope',
      'job',
      'message_subscription',
      'process_instance',
      'task_attempt',
      'timer_job',
      'variable_write',
    ]);
    for (const [table, ids] of Object.entries(before)) expect([table, ids]).toEqual([table, all]);
    for (const [table, ids] of Object.entries(after)) expect([table, ids]).toEqual([table, [3, 4, 5, 6, 7, 8]]);
    expect(removed.reduce((sum, each) => sum + each)).toBe(2);
  });

  it('goes on in bounded batches, past those that stay', async () => {
    await insertMany(3_000, 1_000);

    const removed = await removeAll();

    expect(Math.max(...removed)).toBeLessThanOrEqual(500);
    expect(removed.reduce((sum, each) => sum + each)).toBe(2_000);
    expect(await left()).toEqual({ left: 1_000, last: 1_000 });
  });

  it('removes each instance once where four nodes go over the same rows at once', async () => {
    await insertMany(3_000, 0);
    const pools = [1, 2, 3, 4].map(() => new HotPool(database.url));

    const passes = await Promise.all(pools.map((pool) => removeAll(new PgEndedInstances(pool))));
    await Promise.all(pools.map((pool) => pool.close()));

    expect(passes.flat().reduce((sum, each) => sum + each)).toBe(3_000);
    expect(await left()).toEqual({ left: 0, last: null });
  });

  it('waits for nobody who deletes in another order', async () => {
    await insertMany(20, 0);
    const other = dataSource.createQueryRunner();
    await other.startTransaction();
    await other.query('DELETE FROM process_instance WHERE id = 20');

    const removed = await removeAll();
    await other.query('DELETE FROM process_instance WHERE id = 1');
    await other.rollbackTransaction();
    await other.release();

    expect(removed.reduce((sum, each) => sum + each)).toBe(19);
    expect(await left()).toEqual({ left: 1, last: 20 });
  });

  it('leaves an instance whose caller has not been told of its end', async () => {
    await insertInstance(dataSource, { id: 21, status: 'completed', startedAt: OLDER, endedAt: OLD });
    await dataSource.query(
      `INSERT INTO instance_call (instance_id, element_instance_id, tenant_id, kind, queued_at) VALUES (21, 0, 'acme', 'ended', now())`,
    );
    await removeAll();
    expect(await database.rows('SELECT id FROM process_instance WHERE id = 21')).toHaveLength(1);

    await dataSource.query('DELETE FROM instance_call WHERE instance_id = 21');
    await removeAll();

    expect(await database.rows('SELECT id FROM process_instance WHERE id = 21')).toEqual([]);
  });

  it('reaches instances whose definition is gone', async () => {
    await dataSource.query('TRUNCATE activity, variable_write, process_instance');
    await insertWithAll({ id: 31, status: 'completed', startedAt: OLDER, endedAt: OLD, definitionId: 77 });
    await insertWithAll({ id: 32, status: 'completed', startedAt: OLDER, endedAt: OLD, definitionId: 4_000_000_000 });

    const removed = await removeAll();

    expect(removed.reduce((sum, each) => sum + each)).toBe(2);
    expect(await left()).toEqual({ left: 0, last: null });
  });

  it('lets a week be dropped when its last instance has gone, not while one that stays has a visit in it', async () => {
    const partitions = new PgHistoryPartitions(dataSource);
    await dataSource.query('TRUNCATE activity, variable_write, process_instance');
    await partitions.make(Date.parse('2026-05-11T00:00:00Z'), 1);
    const week20 = '2026-05-12T00:00:00.000Z';
    const week21 = '2026-05-19T00:00:00.000Z';
    await insertWithAll({ id: 21, status: 'completed', startedAt: week20, endedAt: week20 });
    await insertWithAll({ id: 22, status: 'completed', startedAt: week21, endedAt: week21 });
    await insertWithAll({ id: 23, status: 'waiting', startedAt: week21 });
    expect(await partitions.dropEmpty(LIMIT)).toEqual([]);

    await removeAll();

    expect(await partitions.dropEmpty(LIMIT)).toEqual(['activity_2026w20', 'variable_write_2026w20']);
    expect(await database.rows('SELECT instance_id, tableoid::regclass::text AS partition FROM activity')).toEqual([
      { instance_id: 23, partition: 'activity_2026w21' },
    ]);
  });
});
