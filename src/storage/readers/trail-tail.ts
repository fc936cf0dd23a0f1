import type { DataSource, EntityManager } from 'typeorm';
import type { TrailPosition } from '../../application/ports/trail-tail.js';
import type { AuditEntry } from '../../contract/audit-entry.js';
import { AUDIT_COLUMNS, entryOfRow, type AuditRow } from '../audit/audit-columns.js';
import { queryRows } from './people-query.js';

/** Entries read at once. */
const PAGE = 200;

/** Below this no transaction runs any more, and none can begin: what is not there now will never be. */
export const HORIZON = 'SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon';

/**
 * Not a function of the statement's own snapshot in each row, but one value: so it bounds the index scan. `audit_entry_position` serves
 * it, the tenant included. A transaction that commits late holds back all that began after it, and nothing is passed over.
 */
const NEXT_ENTRIES = `
  WITH reached AS MATERIALIZED (${HORIZON})
  SELECT reached.horizon, entry.* FROM reached LEFT JOIN LATERAL (
    SELECT ${AUDIT_COLUMNS}, xact_id::text AS xact FROM audit_entry
    WHERE tenant_id = $1 AND (xact_id, id) > ($2::bigint, $3::bigint) AND xact_id < reached.horizon::bigint
      AND action = ANY ($4::text[])
    ORDER BY xact_id, audit_entry.id LIMIT ${PAGE}) AS entry ON true
  ORDER BY entry.xact::bigint, entry.id`;

/** Entries in the order of their positions, each with its own. */
export interface TailPage {
  readonly entries: readonly { readonly entry: AuditEntry; readonly position: TrailPosition }[];
  /** From where to look next. */
  readonly next: TrailPosition;
  readonly hasMore: boolean;
}

/** A tenant's entries of these actions after a position, of transactions that are surely finished. */
export async function readTail(
  source: DataSource | EntityManager,
  tenantId: string,
  after: TrailPosition,
  actions: readonly string[],
): Promise<TailPage> {
  const rows = await queryRows<AuditRow & { readonly horizon: string; readonly xact: string | null }>(source, NEXT_ENTRIES, [
    tenantId,
    after.xactId,
    after.entryId,
    actions,
  ]);
  const entries = rows.flatMap((row) =>
    row.xact === null ? [] : [{ entry: entryOfRow(row), position: { xactId: row.xact, entryId: String(row.id) } }],
  );
  const last = entries.at(-1);
  if (entries.length === PAGE && last) return { entries, next: last.position, hasMore: true };
  const horizon = { xactId: rows[0]?.horizon ?? after.xactId, entryId: '0' };
  return { entries, next: isBefore(after, horizon) ? horizon : after, hasMore: false };
}

/** From where all that is committed from now on is read, and perhaps a little that was committed a moment ago. */
export async function readHorizon(source: DataSource | EntityManager): Promise<TrailPosition> {
  const [row] = await queryRows<{ horizon: string }>(source, HORIZON, []);
  return { xactId: row?.horizon ?? '0', entryId: '0' };
}

function isBefore(a: TrailPosition, b: TrailPosition): boolean {
  const [left, right] = [BigInt(a.xactId), BigInt(b.xactId)];
  return left < right || (left === right && BigInt(a.entryId) < BigInt(b.entryId));
}
