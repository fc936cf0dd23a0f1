import type { DataSource, EntityManager } from 'typeorm';
import type { RemovalRecord, WeekRemoval } from '../../application/ports/audit-chain.js';
import type { SaidRemoval } from '../../audit-proof/removal.js';
import type { RemovedRun } from '../../contract/audit-checkpoint.js';
import { sqlStateOf } from '../connection/storage-error.js';
import { inTransaction, queryRows } from '../readers/people-query.js';
import { PARTITION_LOCK } from '../stores/history-partitions.js';
import { writeAudit } from './write-audit.js';

/**
 * Nodes take turns. Nobody waits behind us here, as the week is over: only whoever still writes into it. Of unnested lists the
 * database believes that they are short: it would look for each of their entries in the whole week.
 */
const TAKE_TURN = `
  SET LOCAL lock_timeout = '1s'; SET LOCAL statement_timeout = '300s';
  SET LOCAL enable_nestloop = off; SET LOCAL work_mem = '64MB';
  SELECT pg_advisory_xact_lock(${PARTITION_LOCK});
  SET LOCAL lock_timeout = '100ms'`;

/** Weeks of the trail that ended before $1, oldest first. The default partition is none, and partitions of other names are not ours. */
const WEEKS = `
  SELECT class.relname AS name, bound.begins, bound.ends
  FROM pg_inherits JOIN pg_class AS class ON class.oid = inhrelid,
    LATERAL (SELECT pg_get_expr(relpartbound, class.oid) AS text) AS shown,
    LATERAL (SELECT substring(shown.text FROM 'FROM \\(''([^'']+)''\\)')::timestamptz AS begins,
      substring(shown.text FROM 'TO \\(''([^'']+)''\\)')::timestamptz AS ends) AS bound
  WHERE inhparent = 'audit_entry'::regclass AND class.relname ~ '^audit_entry_\\d{4}w\\d{2}$' AND ends <= $1::timestamptz
  ORDER BY ends`;

interface Week {
  readonly name: string;
  readonly begins: Date;
  readonly ends: Date;
}

/**
 * The places in the seals at which the week's entries stand, as runs of neighbours: where the digests are the same. An entry that
 * has no such place is in no run, so the sum tells whether all are sealed. Clocks differ a little between servers, so entries of
 * the next week may stand among them: these begin another run.
 *
 * For each tenant the seals between the week's first and last position are unpacked, each once, and joined by hash: 250,000
 * entries take a second.
 */
const RUNS = (week: string): string => `
  WITH span AS MATERIALIZED (
    SELECT tenant_id, min(ARRAY[xact_id, id]) AS first, max(ARRAY[xact_id, id]) AS last FROM ${week} GROUP BY tenant_id),
  upper AS MATERIALIZED (
    SELECT span.tenant_id, span.first, min(seal.seal_no) AS seal_no
    FROM span JOIN audit_seal AS seal USING (tenant_id)
    WHERE ARRAY[seal.last_xact_id, seal.last_entry_id] >= span.last GROUP BY 1, 2),
  whole AS MATERIALIZED (
    SELECT seal.tenant_id, seal.seal_no, entry_ids, cardinality(entry_ids) AS size, digests || '' AS digests
    FROM upper JOIN audit_seal AS seal ON seal.tenant_id = upper.tenant_id AND seal.seal_no <= upper.seal_no
      AND ARRAY[seal.last_xact_id, seal.last_entry_id] >= upper.first),
  place AS MATERIALIZED (
    SELECT whole.tenant_id, whole.seal_no, place.no, place.id, whole.size,
      substr(whole.digests, 32 * (place.no::integer - 1) + 1, 32) AS digest
    FROM whole, LATERAL unnest(whole.entry_ids) WITH ORDINALITY AS place(id, no)),
  found AS (
    SELECT place.tenant_id, place.seal_no, place.no, place.size,
      lag(place.seal_no) OVER chain AS seal_before, lag(place.no) OVER chain AS no_before, lag(place.size) OVER chain AS size_before
    FROM place WHERE EXISTS (
      SELECT FROM ${week} AS entry WHERE entry.tenant_id = place.tenant_id AND entry.id = place.id AND entry.digest = place.digest)
    WINDOW chain AS (PARTITION BY place.tenant_id ORDER BY place.seal_no, place.no)),
  marked AS (
    SELECT *, count(*) FILTER (WHERE NOT coalesce(
      (seal_no = seal_before AND no = no_before + 1) OR (seal_no = seal_before + 1 AND no = 1 AND no_before = size_before), false))
      OVER (PARTITION BY tenant_id ORDER BY seal_no, no) AS run
    FROM found)
  SELECT tenant_id AS tenant, count(*)::integer AS entries, min(ARRAY[seal_no, no])::float8[] AS begins, max(ARRAY[seal_no, no])::float8[] AS ends
  FROM marked GROUP BY tenant_id, run ORDER BY tenant_id, begins`;

interface FoundRun {
  readonly tenant: string;
  readonly entries: number;
  /** Seal, and place in it from 1. */
  readonly begins: readonly [number, number];
  readonly ends: readonly [number, number];
}

/** The names of the weeks that ended before the instant. */
export async function weeksBefore(dataSource: DataSource, before: string): Promise<string[]> {
  return (await queryRows<Week>(dataSource, WEEKS, [before])).map(({ name }) => name);
}

/**
 * Locks the week against writers, finds its places in the seals, writes statements and audit entries, and drops it. The whole
 * trail, which every step needs, is locked for no longer than that.
 */
export async function removeWeek(
  dataSource: DataSource,
  name: string,
  record: (said: Omit<SaidRemoval, 'at'>) => RemovalRecord,
): Promise<WeekRemoval> {
  const kept = (reason: string): WeekRemoval => ({ outcome: 'kept', week: name, reason });
  try {
    return await inTransaction(dataSource, async (manager) => {
      await queryRows(manager, TAKE_TURN, []);
      const week = (await queryRows<Week>(manager, WEEKS, ['infinity'])).find((each) => each.name === name);
      if (!week) return kept('It is gone');
      await queryRows(manager, `LOCK TABLE ${name} IN SHARE MODE`, []);
      const runs = await queryRows<FoundRun>(manager, RUNS(name), []);
      const sealed = runs.reduce((sum, { entries }) => sum + entries, 0);
      const count = await countEntries(manager, name);
      if (sealed !== count) return kept(`Not each of its ${count} entries is sealed as it stands`);
      await writeRecords(manager, statementsOf(week, runs).map(record));
      await queryRows(manager, `LOCK TABLE ONLY audit_entry IN ACCESS EXCLUSIVE MODE; DROP TABLE ${name}`, []);
      return { outcome: 'removed', week: name, entries: count } as const;
    });
  } catch (error) {
    const refusal = REFUSALS[sqlStateOf(error)];
    if (refusal === undefined) throw error;
    return kept(refusal);
  }
}

const REFUSALS: Readonly<Record<string, string>> = {
  '55P03': 'Others use it',
  '40P01': 'Others use it',
  '57014': 'It takes too long to look through',
};

async function countEntries(manager: EntityManager, name: string): Promise<number> {
  const [row] = await queryRows<{ count: number }>(manager, `SELECT count(*)::integer AS count FROM ${name}`, []);
  return row?.count ?? 0;
}

function statementsOf({ begins, ends }: Week, runs: readonly FoundRun[]): Omit<SaidRemoval, 'at'>[] {
  const byTenant = new Map<string, FoundRun[]>();
  for (const run of runs) byTenant.set(run.tenant, [...(byTenant.get(run.tenant) ?? []), run]);
  return [...byTenant].map(([tenantId, ofTenant]) => ({
    tenantId,
    from: begins.toISOString(),
    upTo: ends.toISOString(),
    entries: ofTenant.reduce((sum, { entries }) => sum + entries, 0),
    runs: ofTenant.map(runOf),
  }));
}

function runOf({ begins: [fromSeal, from], ends: [toSeal, to] }: FoundRun): RemovedRun {
  return { fromSeal, fromPlace: from - 1, toSeal, toPlace: to - 1 };
}

async function writeRecords(manager: EntityManager, records: readonly RemovalRecord[]): Promise<void> {
  const tenants = records.map(({ removal }) => removal.tenantId);
  const values = [tenants, records.map(({ id }) => id), records.map(({ removal }) => JSON.stringify(removal))];
  const text = `INSERT INTO audit_removal (tenant_id, id, statement) SELECT * FROM unnest($1::text[], $2::bigint[], $3::json[])`;
  await queryRows(manager, text, values);
  await writeAudit(
    manager,
    records.map(({ entry }) => entry),
  );
}
