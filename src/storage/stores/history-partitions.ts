import { Injectable } from '@nestjs/common';
import pg from 'pg';
import { DataSource, type EntityManager } from 'typeorm';
import { HistoryPartitions, type MadePartitions } from '../../application/ports/history.js';
import { inTransaction, queryRows } from '../readers/people-query.js';
import { historyWeeks, type HistoryWeek } from './history-week.js';
import { toTimestamp } from './timestamp.js';

/** Any number, the same in all versions: whoever holds it makes or drops partitions. */
const PARTITION_LOCK = 7_365_011_744;
/** A lock that is not there by then is given up: whoever comes behind us in its queue waits as long as we do. */
const PATIENCE = `SELECT pg_advisory_xact_lock($1), set_config('lock_timeout', '1s', true), set_config('statement_timeout', '3s', true)`;

/** What is partitioned, and by which column. */
const HISTORY = [
  { table: 'activity', column: 'ended_at', isAppendOnly: false },
  { table: 'audit_entry', column: 'at', isAppendOnly: true },
] as const;

/** By the catalogue as it is: `to_regclass` may answer from what its session knew before it waited for the lock. */
const PARTITIONS = `
  SELECT relname AS name FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
  WHERE inhparent IN (${HISTORY.map(({ table }) => `'${table}'::regclass`).join(', ')})`;
const IS_THERE = `$1 IN (${PARTITIONS})`;

type Outcome = keyof MadePartitions | 'present';

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
    const weeks = historyWeeks(now, ahead);
    const wanted = HISTORY.flatMap((history) =>
      weeks.map((week): Partition => ({ ...week, history, name: `${history.table}_${week.name}` })),
    );
    const there = new Set((await queryRows<{ name: string }>(this.dataSource, PARTITIONS, [])).map(({ name }) => name));
    const made: Record<Outcome, string[]> = { present: [], made: [], leftToDefault: [], busy: [] };
    for (const partition of wanted.filter(({ name }) => !there.has(name))) {
      const outcome = await this.tryTo(ATTACH_CODES, (manager) => makePartition(manager, partition));
      made[outcome].push(partition.name);
    }
    return made;
  }

  async dropEmpty(before: number): Promise<readonly string[]> {
    const past = await queryRows<{ name: string }>(this.dataSource, PAST_WEEKS, [toTimestamp(before)]);
    const dropped: string[] = [];
    for (const { name } of past) {
      if ((await this.tryTo(LOCK_CODES, (manager) => dropPartition(manager, name))) === 'dropped') dropped.push(name);
    }
    return dropped;
  }

  /** In a transaction under the lock. Errors of these codes are outcomes. */
  private async tryTo<T extends string>(
    codes: Readonly<Record<string, T>>,
    work: (manager: EntityManager) => Promise<T>,
  ): Promise<T> {
    try {
      return await inTransaction(this.dataSource, async (manager) => {
        await queryRows(manager, PATIENCE, [PARTITION_LOCK]);
        return work(manager);
      });
    } catch (error) {
      const outcome = codes[codeOf(error)];
      if (outcome === undefined) throw error;
      return outcome;
    }
  }
}

/** No lock in time; a deadlock; a statement that took too long, which is to say that it held others up. */
const LOCK_CODES = { '55P03': 'busy', '40P01': 'busy', '57014': 'busy' } as const;
/** 23514: a row of that week came into the default partition after we had looked. */
const ATTACH_CODES = { ...LOCK_CODES, '23514': 'leftToDefault' } as const;

function codeOf(error: unknown): string {
  const met = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return met instanceof pg.DatabaseError ? (met.code ?? '') : '';
}

/**
 * Attached rather than made in its place: `CREATE TABLE ... PARTITION OF` locks the whole table against everybody, attaching
 * only its default partition, so that steps go on being written.
 */
async function makePartition(manager: EntityManager, { name, from, to, history }: Partition): Promise<Outcome> {
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

/** Weeks of visits that ended before $1; partitions of other names are not ours. */
const PAST_WEEKS = `
  SELECT class.relname AS name
  FROM pg_inherits JOIN pg_class AS class ON class.oid = inhrelid,
    LATERAL (SELECT substring(pg_get_expr(relpartbound, class.oid) FROM 'TO \\(''([^'']+)''\\)')::timestamptz AS ends) AS bound
  WHERE inhparent = 'activity'::regclass AND class.relname ~ '^activity_\\d{4}w\\d{2}$' AND ends <= $1::timestamptz
  ORDER BY ends`;

/**
 * Looked at without a lock first, as that may take a while after many rows have gone. Then the whole table is locked before its
 * partition, as everybody else does: nobody can wait for us while we wait for them.
 */
async function dropPartition(manager: EntityManager, name: string): Promise<'dropped' | 'kept'> {
  const isOver = async () => (await isTrue(manager, IS_THERE, [name])) && isTrue(manager, `NOT EXISTS (SELECT FROM ${name})`);
  if (!(await isOver())) return 'kept';
  await queryRows(manager, `SET LOCAL statement_timeout = '1s'; LOCK TABLE ONLY activity IN ACCESS EXCLUSIVE MODE`, []);
  if (!(await isOver())) return 'kept';
  await queryRows(manager, `DROP TABLE ${name}`, []);
  return 'dropped';
}

async function isTrue(manager: EntityManager, condition: string, parameters: string[] = []): Promise<boolean> {
  const [row] = await queryRows<{ holds: boolean }>(manager, `SELECT ${condition} AS holds`, parameters);
  return row?.holds ?? false;
}
