import { AUDIT_COLUMNS } from './audit-columns.js';
import type { StoredEntry } from './chain-checks.js';

/** Seals read at once; each is of 500 entries at most. */
const SEAL_PAGE = 20;
/** Entries not yet sealed that are read at once. */
export const ENTRY_PAGE = 1_000;

/** Before every position that the database can hold. */
export const LOWEST = '-9223372036854775808';

/** Which entries are stated to be removed; `statement` is an `AuditRemoval`. */
export const REMOVALS = `SELECT statement FROM audit_removal WHERE tenant_id = $1 ORDER BY id`;

/**
 * One snapshot of where the tenant's chain ends, up to which position all chains are sealed, which transaction will be the
 * next, and an entry of a transaction that has not begun.
 */
export const CHAIN_START = `
  SELECT head.seal_no, head.hash, head.last_entry_id AS head_entry_id,
    (SELECT max(seal_no) FROM audit_seal WHERE tenant_id = $1) AS newest_seal_no,
    sealed.last_xact_id::text AS sealed_xact_id, sealed.last_entry_id::text AS sealed_entry_id,
    pg_snapshot_xmax(pg_current_snapshot())::text AS next_xact_id,
    (SELECT id FROM audit_entry WHERE tenant_id = $1 AND xact_id >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint
     ORDER BY xact_id, id LIMIT 1) AS entry_ahead
  FROM (SELECT $1::text AS tenant_id) AS wanted
  LEFT JOIN audit_chain_head AS head USING (tenant_id)
  LEFT JOIN (SELECT last_xact_id, last_entry_id FROM audit_chain_head ORDER BY last_xact_id DESC, last_entry_id DESC LIMIT 1) AS sealed
    ON true`;

export interface ChainStart {
  readonly seal_no: number | null;
  readonly hash: Buffer | null;
  readonly head_entry_id: number | null;
  readonly newest_seal_no: number | null;
  readonly sealed_xact_id: string | null;
  readonly sealed_entry_id: string | null;
  readonly next_xact_id: string;
  readonly entry_ahead: number | null;
}

/** $2, $3: after this seal, up to that one. Rows are `StoredSeal`s. */
export const SEALS_AFTER = `
  SELECT tenant_id AS "tenantId", seal_no AS "sealNo", entry_ids::float8[] AS "entryIds", digests, last_xact_id::text AS "lastXactId",
    last_entry_id::text AS "lastEntryId", (extract(epoch FROM sealed_at) * 1000)::float8 AS "sealedAt",
    previous_hash AS "previousHash", hash
  FROM audit_seal WHERE tenant_id = $1 AND seal_no > $2 AND seal_no <= $3 ORDER BY seal_no LIMIT ${SEAL_PAGE}`;

/** Positions after ($2, $3), up to ($4, $5). Rows are `StoredEntry`s. */
export const ENTRIES_BETWEEN = `
  SELECT ${AUDIT_COLUMNS}, digest FROM audit_entry
  WHERE tenant_id = $1 AND (xact_id, id) > ($2::bigint, $3::bigint) AND (xact_id, id) <= ($4::bigint, $5::bigint)
  ORDER BY xact_id, id, at LIMIT $6`;

/** Positions after ($2, $3, $4), of transactions before $5; `is_behind`: up to ($6, $7) all was sealed. */
export const UNSEALED_AFTER = `
  SELECT ${AUDIT_COLUMNS}, digest, xact_id::text AS xact, at::text AS instant, (xact_id, id) <= ($6::bigint, $7::bigint) AS is_behind
  FROM audit_entry
  WHERE tenant_id = $1 AND (xact_id, id, at) > ($2::bigint, $3::bigint, $4::timestamptz) AND xact_id < $5::bigint
  ORDER BY xact_id, id, at LIMIT ${ENTRY_PAGE}`;

export interface UnsealedEntry extends StoredEntry {
  readonly xact: string;
  readonly instant: string;
  readonly is_behind: boolean | null;
}

/** The first position after ($2, $3). */
export const FIRST_ENTRY_AFTER = `
  SELECT id FROM audit_entry WHERE tenant_id = $1 AND (xact_id, id) > ($2::bigint, $3::bigint) ORDER BY xact_id, id LIMIT 1`;
