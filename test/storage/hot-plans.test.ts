import { describe, expect, test } from '@jest/globals';
import type { Statement } from '../../src/storage/connection/hot-pool.js';
import * as idempotency from '../../src/storage/sql/claim-idempotency-key.js';
import * as jobs from '../../src/storage/sql/claim-jobs.js';
import * as circuits from '../../src/storage/sql/circuits.js';
import * as startTimers from '../../src/storage/sql/claim-start-timers.js';
import * as timers from '../../src/storage/sql/claim-due-timers.js';
import * as messages from '../../src/storage/sql/correlate-messages.js';
import * as audit from '../../src/storage/sql/insert-audit-entries.js';
import * as nodes from '../../src/storage/sql/keep-nodes.js';
import * as instances from '../../src/storage/sql/load-instances.js';
import * as removal from '../../src/storage/sql/remove-ended-instances.js';
import * as effects from '../../src/storage/sql/save-effects.js';
import * as steps from '../../src/storage/sql/save-steps.js';
import * as limits from '../../src/storage/sql/share-limits.js';
import { openHotDatabase } from '../support/hot-database.js';

/** A node of an EXPLAIN in JSON, as far as it matters here. */
interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Index Cond'?: string;
  readonly Plans?: readonly PlanNode[];
}

/** Tables of a few rows, one for each server process, for what it holds of a limit, or for what has failed lately. */
const SMALL_TABLES = new Set(['server_node', 'limit_permit', 'circuit']);
/** Statements that walk an index from its beginning and stop early; `find-deliverable` only at start and after a take-over. */
const WALKS = new Set(['next-timer', 'find-deliverable', 'held-in-vain', 'parked-in-vain']);

/** Read all limits that there are, on nodes that have heard of a change: a few, and not on the way of any step. */
const READ_ALL = new Set(['limits-revision', 'all-limits']);
/** Counts all that is held, when metrics are asked for. */
const COUNTS = new Set(['count-circuits']);

const statements = [
  idempotency,
  jobs,
  startTimers,
  timers,
  messages,
  audit,
  nodes,
  instances,
  effects,
  steps,
  removal,
  limits,
  preparedOf(circuits),
].flatMap((module): Statement[] => Object.values(module).filter(({ name }: Statement) => !READ_ALL.has(name)));
const database = openHotDatabase();

/** Without the texts that a transaction of people's queries sends. */
function preparedOf(module: Readonly<Record<string, Statement | string>>): Record<string, Statement> {
  return Object.fromEntries(Object.entries(module).filter((entry): entry is [string, Statement] => typeof entry[1] !== 'string'));
}

/** On the pool's own connections: their settings make the plans that every later commit uses. */
function plan({ name, text }: Statement): Promise<PlanNode[]> {
  return database.pool.interactive(async (client) => {
    await client.query(`PREPARE "${name}" AS ${text}`);
    const count = new Set(text.match(/\$\d+/g)).size;
    const values = count === 0 ? '' : `(${Array<string>(count).fill('NULL').join(', ')})`;
    const { rows } = await client.query<{ 'QUERY PLAN': { Plan: PlanNode }[] }>(
      `EXPLAIN (FORMAT JSON) EXECUTE "${name}"${values}`,
    );
    return rows.flatMap((row) => row['QUERY PLAN']).flatMap(({ Plan }) => flatten(Plan));
  });
}

function flatten(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(flatten)];
}

describe('a plan made while the tables are empty', () => {
  test.each(statements.map((statement) => [statement.name, statement] as const))(
    'of %s meets rows by key',
    async (name, statement) => {
      const nodes = await plan(statement);

      const walks = nodes.filter((node) => {
        if (node['Node Type'] === 'Seq Scan') return !SMALL_TABLES.has(node['Relation Name'] ?? '');
        if (node['Index Name'] === undefined || node['Index Name'].startsWith('server_node')) return false;
        return node['Index Cond'] === undefined && !WALKS.has(name) && !COUNTS.has(name);
      });
      expect(walks).toEqual([]);
    },
  );

  test('of the load by guid uses the guid', async () => {
    const scans = (await plan({ ...instances.LOAD_BY_GUID, name: 'guid' })).filter(
      (node) => node['Relation Name'] === 'process_instance',
    );

    expect(scans.map((node) => [node['Index Name'], node['Index Cond']])).toEqual([
      ['process_instance_guid_key', '(guid = wanted.guid)'],
    ]);
  });

  test.each([circuits.PARKED_INCIDENTS, circuits.WHO_WAITS])(
    'of $name finds what is parked by its tenant and what it is parked for',
    async (statement) => {
      const scans = (await plan({ ...statement, name: `${statement.name}-parked` })).filter(
        (node) => node['Relation Name'] === 'incident',
      );

      expect(scans.map((node) => [node['Index Name'], node['Index Cond']])).toEqual([
        ['incident_parked', '((parked_tenant_id = $1) AND (parked_for = $2))'],
      ]);
    },
  );

  test.each([timers.NEXT_TENANTS, timers.CLAIM_OF_TENANTS])(
    'of $name finds the rows of each tenant by the tenant',
    async (statement) => {
      const scans = (await plan({ ...statement, name: `${statement.name}-by-tenant` })).filter(
        (node) => node['Relation Name'] === 'timer_job' && node['Index Cond']?.includes('tenant_id'),
      );

      expect(new Set(scans.map((node) => node['Index Name']))).toEqual(new Set(['timer_job_tenant']));
    },
  );
});
