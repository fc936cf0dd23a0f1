import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { HistoryPartitions, type MadePartitions } from '../../application/ports/history.js';
import { sqlStateOf } from '../connection/storage-error.js';
import { inTransaction, queryRows } from '../readers/people-query.js';
import { historyWeeks, type HistoryWeek } from './history-week.js';
import { toTimestamp } from './timestamp.js';

/** Any number, the same in all versions: whoever holds it makes or drops partitions. */
export const PARTITION_LOCK = 7_365_011_744;
/**
 * Other nodes are waited for, as nobody waits behind us there. A table's lock that is not to be had soon is given up: whoever
 * comes behind us in its queue, as every step does, waits as long as we do.
 */
const TAKE_TURN = `
  SET LOCAL lock_timeout = '1s'; SET LOCAL statement_timeout = '1s';
  SELECT pg_advisory_xact_lock(${PARTITION_LOCK});
  SET LOCAL lock_timeout = '100ms'`;
/** After so long no other partition is begun, as a server that starts waits for it. */
const MAKING_MS = 3_000;

/** What is partitioned, and by which column. */
const HISTORY = [
  { table: 'activity', column: 'ended_at', isAppendOnly: false },
  { table: 'variable_write', column: 'at', isAppendOnly: false },
  { table: 'audit_entry', column: 'at', isAppendOnly: true },
] as const;

/** By the catalogue as it is: `to_regclass` may answer from what its session knew before it waited for the lock. */
const PARTITIONS = `
  SELECT relname AS name FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
  WHERE inhparent IN (${HISTORY.map(({ table }) => `'${table}'::regclass`).join(', ')})`;
const IS_THERE = `$1 IN (${PARTITIONS})`;

type Outcome = keyof MadePartitions;

interface Partition extends HistoryWeek {
  readonly history: (typeof HISTORY)[number];
}

/**
 * Weekly partitions of history. Each is made or dropped in a transaction of its own, under one lock, so that nodes take turns
 * and no transaction holds the locks of two tables.
 */
@Injectable()
export class PgHistoryPartitions extends HistoryPartitions {
  constructor(private readonly dataSource: DataSource) {
    super();
  }

  async make(now: number, ahead: number): Promise<MadePartitions> {
    const until = performance.now() + MAKING_MS;
    const weeks = historyWeeks(now, ahead);
    const there = new Set((await queryRows<{ name: string }>(this.dataSource, PARTITIONS, [])).map(({ name }) => name));
    const outcomes: Record<Outcome, string[]> = { made: [], leftToDefault: [], busy: [], tookTooLong: [] };
    for (const history of HISTORY) {
      const wanted = weeks.map((week): Partition => ({ ...week, history, name: `${history.table}_${week.name}` }));
      await this.makeInOrder(
        wanted.filter(({ name }) => !there.has(name)),
        until,
        outcomes,
      );
    }
    return outcomes;
  }

  async dropEmpty(before: number): Promise<readonly string[]> {
    const past = await queryRows<{ name: string; parent: string }>(this.dataSource, PAST_WEEKS, [toTimestamp(before)]);
    const dropped: string[] = [];
    for (const { name, parent } of past) {
      const outcome = await this.tryTo((manager) => dropPartition(manager, name, parent));
      if (outcome === 'dropped') dropped.push(name);
      if (outcome === 'busy') break;
    }
    return dropped;
  }

  /** Of one table. Where one is waited for in vain, so would the next ones be, and all who wait behind us with them. */
  private async makeInOrder(partitions: readonly Partition[], until: number, outcomes: Record<Outcome, string[]>): Promise<void> {
    for (const [index, partition] of partitions.entries()) {
      const isLate = performance.now() > until;
      const outcome = isLate ? 'tookTooLong' : await this.tryTo((manager) => makePartition(manager, partition));
      if (outcome === 'busy' || outcome === 'tookTooLong') {
        outcomes[outcome].push(...partitions.slice(index).map(({ name }) => name));
        return;
      }
      if (outcome !== 'present') outcomes[outcome].push(partition.name);
    }
  }

  /** In a transaction under the lock. Errors of `REFUSALS` are outcomes. */
  private async tryTo<T extends string>(work: (manager: EntityManager) => Promise<T>): Promise<T | Refusal> {
    try {
      return await inTransaction(this.dataSource, async (manager) => {
        await queryRows(manager, TAKE_TURN, []);
        return work(manager);
      });
    } catch (error) {
      const refusal = REFUSALS[sqlStateOf(error)];
      if (refusal === undefined) throw error;
      return refusal;
    }
  }
}

type Refusal = Exclude<Outcome, 'made'>;

/** No lock in time; a deadlock; a statement that took too long; a row of that week in the default partition after we had looked. */
const REFUSALS: Readonly<Record<string, Refusal>> = {
  '55P03': 'busy',
  '40P01': 'busy',
  '57014': 'tookTooLong',
  '23514': 'leftToDefault',
};

/**
 * Attached rather than made in its place: `CREATE TABLE ... PARTITION OF` locks the whole table against everybody, attaching
 * only its default partition, so that steps go on being written.
 */
async function makePartition(manager: EntityManager, { name, from, to, history }: Partition): Promise<Outcome | 'present'> {
  const { table, column, isAppendOnly } = history;
  if (await isTrue(manager, IS_THERE, [name])) return 'present';
  const range = [toTimestamp(from), toTimestamp(to)];
  const inRange = `${column} >= $1::timestamptz AND ${column} < $2::timestamptz`;
  if (await isTrue(manager, `EXISTS (SELECT FROM ${table}_default WHERE ${inRange})`, range)) return 'leftToDefault';
  await queryRows(manager, `CREATE TABLE ${name} (LIKE ${table} INCLUDING ALL)`, []);
  if (isAppendOnly) await queryRows(manager, 'SELECT protect_append_only($1::regclass)', [name]);
  const bounds = `FROM ('${range[0]}') TO ('${range[1]}')`;
  await queryRows(manager, `ALTER TABLE ${table} ATTACH PARTITION ${name} FOR VALUES ${bounds}`, []);
  return 'made';
}

/** Weeks of what may be deleted that ended before $1; partitions of other names are not ours. */
const PAST_WEEKS = `
  SELECT class.relname AS name, parent.relname AS parent
  FROM pg_inherits JOIN pg_class AS class ON class.oid = inhrelid JOIN pg_class AS parent ON parent.oid = inhparent,
    LATERAL (SELECT substring(pg_get_expr(class.relpartbound, class.oid) FROM 'TO \\(''([^'']+)''\\)')::timestamptz AS ends) AS bound
  WHERE inhparent IN (${HISTORY.filter(({ isAppendOnly }) => !isAppendOnly)
    .map(({ table }) => `'${table}'::regclass`)
    .join(', ')})
    AND class.relname ~ ('^' || parent.relname || '_\\d{4}w\\d{2}$') AND ends <= $1::timestamptz
  ORDER BY ends, name`;

/**
 * Looked through under a lock that keeps writers out of this week only, as that may take a while after many rows have gone. The
 * whole table, which every step needs, is then locked for no longer than the drop takes. A late writer of that week may hold it
 * and wait for us, but we give up first.
 */
async function dropPartition(manager: EntityManager, name: string, parent: string): Promise<'dropped' | 'kept'> {
  if (!(await isTrue(manager, IS_THERE, [name]))) return 'kept';
  await queryRows(manager, `SET LOCAL statement_timeout = '3s'; LOCK TABLE ${name} IN SHARE MODE`, []);
  if (await isTrue(manager, `EXISTS (SELECT FROM ${name})`)) return 'kept';
  await queryRows(manager, `LOCK TABLE ONLY ${parent} IN ACCESS EXCLUSIVE MODE; DROP TABLE ${name}`, []);
  return 'dropped';
}

async function isTrue(manager: EntityManager, condition: string, parameters: string[] = []): Promise<boolean> {
  const [row] = await queryRows<{ holds: boolean }>(manager, `SELECT ${condition} AS holds`, parameters);
  return row?.holds ?? false;
}
