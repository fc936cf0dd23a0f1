import { beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import type { DataSource } from 'typeorm';
import { createDataSource } from '../../src/storage/data-source.js';
import { NEXT_DEFINITION, REMOVE_ENDED_INSTANCES } from '../../src/storage/sql/remove-ended-instances.js';
import { PgHistoryPartitions } from '../../src/storage/stores/history-partitions.js';
import { PgInstanceHistory } from '../../src/storage/readers/instance-history.js';
import { PgInstanceReader } from '../../src/storage/readers/instance-reader.js';
import { openHotDatabase } from '../support/hot-database.js';
import { insertInstance } from './instance-row.js';

const database = openHotDatabase();
/** An instance of the second of four weeks, 2026w45 to 2026w48. */
const STARTED = '2026-11-11T00:00:00.000Z';

beforeAll(async () => {
  const dataSource = await createDataSource(database.url).initialize();
  await new PgHistoryPartitions(dataSource).make(Date.parse('2026-11-02T00:00:00Z'), 3);
  await insertInstance(dataSource, { id: 1, status: 'completed', startedAt: STARTED, endedAt: STARTED, history: true });
  await dataSource.destroy();
});

interface PlanNode {
  readonly 'Relation Name'?: string;
  readonly 'Node Type': string;
  readonly 'Actual Loops'?: number;
  readonly Plans?: readonly PlanNode[];
}

/** Scans of the weeks of visits that were really begun. */
function scansOf(node: PlanNode): PlanNode[] {
  const own =
    /^(activity|variable_write)_/.test(node['Relation Name'] ?? '') &&
    node['Node Type'].endsWith('Scan') &&
    node['Actual Loops'] !== 0;
  return [...(own ? [node] : []), ...(node.Plans ?? []).flatMap(scansOf)];
}

async function weeksScanned(client: pg.PoolClient, statement: string): Promise<string[]> {
  const { rows } = await client.query<{ 'QUERY PLAN': { Plan: PlanNode }[] }>(`EXPLAIN (ANALYZE, FORMAT JSON) ${statement}`);
  const scans = rows.flatMap((row) => row['QUERY PLAN']).flatMap(({ Plan }) => scansOf(Plan));
  expect(scans.map((scan) => scan['Node Type'])).not.toContain('Seq Scan');
  return [...new Set(scans.map((scan) => scan['Relation Name'] ?? ''))].sort();
}

/** In a generic plan, on the pool that forces them; undone afterwards. */
async function weeksOfGenericPlan(text: string, values: string): Promise<string[]> {
  return database.pool.interactive(async (client) => {
    await client.query(`PREPARE statement AS ${text}`);
    const weeks = await weeksScanned(client, `EXECUTE statement(${values})`);
    await client.query('DEALLOCATE statement; ROLLBACK; BEGIN');
    return weeks;
  });
}

const weeksOf = (table: string): string[] => ['2026w46', '2026w47', '2026w48', 'default'].map((week) => `${table}_${week}`);
const INSTANCE = { id: 1, startedAt: Date.parse(STARTED) };

async function first<T>(pieces: AsyncIterable<T>): Promise<T | undefined> {
  for await (const piece of pieces) return piece;
  return undefined;
}

describe('the weeks before an instance began are not looked into', () => {
  it('by retention', async () => {
    const { text } = REMOVE_ENDED_INSTANCES;

    expect(await weeksOfGenericPlan(text, `1, '-infinity', 0, '2026-11-30', 500`)).toEqual([
      ...weeksOf('activity'),
      ...weeksOf('variable_write'),
    ]);
  });

  it.each<[string, string, (dataSource: DataSource) => Promise<unknown>]>([
    ['ended visits', 'activity', (dataSource) => new PgInstanceReader(dataSource).endedActivities(INSTANCE, 0, 10)],
    ['the trail', 'activity', (dataSource) => new PgInstanceReader(dataSource).endedTrail(INSTANCE)],
    [
      'visits with their inputs',
      'activity',
      (dataSource) => new PgInstanceHistory(dataSource).endedVisits(INSTANCE, 0, 10, null),
    ],
    [
      'the steps that entered visits',
      'activity',
      (dataSource) => new PgInstanceHistory(dataSource).enteredVersions(INSTANCE, [2]),
    ],
    ['what visits wrote', 'variable_write', (dataSource) => new PgInstanceHistory(dataSource).writesOf(INSTANCE, [1])],
    [
      'all writes since',
      'variable_write',
      (dataSource) => first(new PgInstanceHistory(dataSource).writesSince(INSTANCE, { visit: 0 }, 9)),
    ],
  ])('by the reader of %s', async (_, table, read) => {
    const dataSource = await createDataSource(database.url).initialize();
    const asked: { text: string; parameters: unknown[] }[] = [];
    const run = dataSource.query.bind(dataSource);
    dataSource.query = (text: string, parameters?: unknown[]) => {
      asked.push({ text, parameters: parameters ?? [] });
      return run(text, parameters);
    };
    await read(dataSource);
    await dataSource.destroy();

    const values = asked[0]?.parameters
      .map((value) => `'${Array.isArray(value) ? `{${value.join()}}` : String(value)}'`)
      .join(', ');
    expect(await weeksOfGenericPlan(asked[0]?.text ?? '', values ?? '')).toEqual(weeksOf(table));
  });
});

it('the next definition is found by one entry of the index, however many instances the last one has', async () => {
  await database.rows(
    `INSERT INTO process_instance (id, tenant_id, guid, definition_id, definition_version, process_key, execution_mode, status, version,
       started_at, updated_at, state, variables)
     SELECT 1000 + i, 'acme', 'many-' || i, 10 + i / 1000, 1, 'p', 'Unsupervised', 'waiting', 1, now(), now(), '{}', '{}'
     FROM generate_series(0, 1999) AS i`,
  );

  const [plan] = await database.pool.interactive(async (client) => {
    await client.query(`PREPARE next AS ${NEXT_DEFINITION.text}`);
    return (await client.query<{ 'QUERY PLAN': { Plan: PlanNode }[] }>('EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE next(10)')).rows;
  });

  expect(plan?.['QUERY PLAN'][0]?.Plan).toMatchObject({
    'Node Type': 'Limit',
    Plans: [
      {
        'Node Type': expect.stringMatching(/^Index (Only )?Scan$/),
        'Index Name': 'process_instance_definition',
        'Index Cond': '(definition_id > $1)',
        'Actual Rows': 1,
      },
    ],
  });
});
