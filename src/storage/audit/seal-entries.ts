import type { DataSource, EntityManager } from 'typeorm';
import { hashOfSeal, NO_HASH, type Seal } from '../../audit-proof/seals.js';
import { inTransaction, queryRows } from '../readers/people-query.js';

/** Entries sealed in one transaction: one seal for each tenant among them. */
const BATCH = 500;
/** Any number, the same in all versions: whoever holds it seals. */
const SEAL_LOCK = 7_365_011_743;

/** First the lock, in a statement of its own: the next one must see what the sealer before us committed. */
const LOCK = `SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now FROM pg_advisory_xact_lock($1)`;

/**
 * The next entries in the order of their positions. Those of a transaction that may still run are left for later, and all
 * that began after it with them: so nothing can appear behind the last position that was sealed.
 */
const NEXT_ENTRIES = `
  WITH sealed AS (
    SELECT last_xact_id, last_entry_id FROM audit_chain_head ORDER BY last_xact_id DESC, last_entry_id DESC LIMIT 1)
  SELECT tenant_id, id, xact_id::text AS xact, digest FROM audit_entry
  WHERE (xact_id, id) > (coalesce((SELECT last_xact_id FROM sealed), 0), coalesce((SELECT last_entry_id FROM sealed), 0))
    AND xact_id < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
  ORDER BY xact_id, id LIMIT ${BATCH}`;

/** Where each tenant's chain ends; by the seals themselves where a head is gone or was set back, which `verifyChain` reports. */
const CHAIN_ENDS = `
  SELECT DISTINCT ON (tenant_id) tenant_id, seal_no, hash
  FROM unnest($1::text[]) AS wanted(tenant_id), LATERAL (
    SELECT seal_no, hash FROM audit_chain_head AS head WHERE head.tenant_id = wanted.tenant_id
    UNION ALL
    (SELECT seal_no, hash FROM audit_seal AS seal WHERE seal.tenant_id = wanted.tenant_id ORDER BY seal_no DESC LIMIT 1)) AS ends
  ORDER BY tenant_id, seal_no DESC`;

const INSERT_SEALS = `
  WITH made AS (
    INSERT INTO audit_seal (tenant_id, seal_no, entry_ids, digests, last_xact_id, last_entry_id, sealed_at, previous_hash, hash)
    SELECT tenant_id, seal_no, entry_ids::bigint[], digests, last_xact_id, last_entry_id, to_timestamp($7 / 1000.0), previous_hash, hash
    FROM unnest($1::text[], $2::bigint[], $3::text[], $4::bytea[], $5::bigint[], $6::bigint[], $8::bytea[], $9::bytea[])
      AS seal(tenant_id, seal_no, entry_ids, digests, last_xact_id, last_entry_id, previous_hash, hash)
    RETURNING tenant_id, seal_no, hash, last_xact_id, last_entry_id)
  INSERT INTO audit_chain_head (tenant_id, seal_no, hash, last_xact_id, last_entry_id) SELECT * FROM made
  ON CONFLICT (tenant_id) DO UPDATE
  SET seal_no = excluded.seal_no, hash = excluded.hash, last_xact_id = excluded.last_xact_id, last_entry_id = excluded.last_entry_id`;

interface UnsealedEntry {
  readonly tenant_id: string;
  readonly id: number;
  readonly xact: string;
  readonly digest: Buffer;
}

interface ChainEnd {
  readonly tenant_id: string;
  readonly seal_no: number;
  readonly hash: Buffer;
}

/**
 * Seals all entries whose transaction is surely finished, in bounded batches of one transaction each. Several nodes may call
 * it at once: they take turns, so that each chain stays one.
 *
 * @returns how many entries this call sealed
 */
export async function sealEntries(dataSource: DataSource): Promise<number> {
  let sealed = 0;
  for (;;) {
    const count = await inTransaction(dataSource, sealBatch);
    sealed += count;
    if (count < BATCH) return sealed;
  }
}

async function sealBatch(manager: EntityManager): Promise<number> {
  const [clock] = await queryRows<{ now: number }>(manager, LOCK, [SEAL_LOCK]);
  const entries = await queryRows<UnsealedEntry>(manager, NEXT_ENTRIES, []);
  if (!clock || entries.length === 0) return 0;
  const byTenant = groupByTenant(entries);
  const ends = await queryRows<ChainEnd>(manager, CHAIN_ENDS, [[...byTenant.keys()]]);
  const endOf = new Map(ends.map((end) => [end.tenant_id, end]));
  const seals = [...byTenant].map(([tenantId, ofTenant]) => sealOf(tenantId, ofTenant, endOf.get(tenantId), clock.now));
  await queryRows(manager, INSERT_SEALS, [
    seals.map((seal) => seal.tenantId),
    seals.map((seal) => seal.sealNo),
    seals.map((seal) => `{${seal.entryIds.join()}}`),
    seals.map((seal) => seal.digests),
    seals.map((seal) => seal.lastXactId),
    seals.map((seal) => seal.lastEntryId),
    clock.now,
    seals.map((seal) => seal.previousHash),
    seals.map(hashOfSeal),
  ]);
  return entries.length;
}

function groupByTenant(entries: readonly UnsealedEntry[]): Map<string, UnsealedEntry[]> {
  const byTenant = new Map<string, UnsealedEntry[]>();
  for (const entry of entries) {
    const group = byTenant.get(entry.tenant_id);
    if (group) group.push(entry);
    else byTenant.set(entry.tenant_id, [entry]);
  }
  return byTenant;
}

function sealOf(tenantId: string, entries: readonly UnsealedEntry[], end: ChainEnd | undefined, now: number): Seal {
  const last = entries[entries.length - 1];
  if (!last) throw new Error('Expected entries to seal, but there are none');
  return {
    tenantId,
    sealNo: (end?.seal_no ?? 0) + 1,
    entryIds: entries.map((entry) => entry.id),
    digests: Buffer.concat(entries.map((entry) => entry.digest)),
    lastXactId: last.xact,
    lastEntryId: String(last.id),
    sealedAt: now,
    previousHash: end?.hash ?? NO_HASH,
  };
}
