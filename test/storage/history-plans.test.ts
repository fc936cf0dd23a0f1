import { beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { createDataSource } from '../../src/storage/data-source.js';
import { NEXT_DEFINITION, REMOVE_ENDED_INSTANCES } from '../../src/storage/sql/remove-ended-instances.js';
import { PgHistoryPartitions } from '../../src/storage/stores/history-partitions.js';
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
    node['Relation Name']?.startsWith('activity_') === true && node['Node Type'].endsWith('Scan') && node['Actual Loops'] !== 0;
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

const SINCE_START = ['activity_2026w46', 'activity_2026w47', 'activity_2026w48', 'activity_default'];

describe('the weeks before an instance began are not looked into', () => {
  it('by retention', async () => {
    const { text } = REMOVE_ENDED_INSTANCES;

    expect(await weeksOfGenericPlan(text, `1, '-infinity', 0, '2026-11-30', 500`)).toEqual(SINCE_START);
  });

  it.each(['endedActivities', 'endedTrail'] as const)('by the reader of visits, %s', async (query) => {
    const dataSource = await createDataSource(database.url).initialize();
    const asked: { text: string; parameters: unknown[] }[] = [];
    const run = dataSource.query.bind(dataSource);
    dataSource.query = (text: string, parameters?: unknown[]) => {
      asked.push({ text, parameters: parameters ?? [] });
      return run(text, parameters);
    };
    const reader = new PgInstanceReader(dataSource);
    const instance = { id: 1, startedAt: Date.parse(STARTED) };
    await (query === 'endedTrail' ? reader.endedTrail(instance) : reader.endedActivities(instance, 0, 10));
    await dataSource.destroy();

    const values = asked[0]?.parameters.map((value) => `'${String(value)}'`).join(', ') ?? '';
    expect(await weeksOfGenericPlan(asked[0]?.text ?? '', values)).toEqual(SINCE_START);
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
