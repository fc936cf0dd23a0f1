import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AuditStore, type AuditFilter, type AuditVerification, type ClaimedKey } from '../../application/ports/stores.js';
import type { AuditEntry } from '../../contract/audit-entry.js';
import { HotPool } from '../connection/hot-pool.js';
import { decodeCursor, encodeCursor, instantOf } from '../readers/page-cursor.js';
import { queryRows } from '../readers/people-query.js';
import type { SqlCondition } from '../readers/sql-condition.js';
import { appliedStatement } from '../stores/applied-claims.js';
import { AUDIT_COLUMNS, entryOfRow, type AuditRow } from './audit-columns.js';
import { compileAuditFilter } from './audit-filter.js';
import { sealEntries } from './seal-entries.js';
import { verifyChain } from './verify-chain.js';
import { auditStatements } from './write-audit.js';

/** Most entries that an export reads at once. */
const STREAM_PAGE = 1_000;
/** About how many characters of them it holds at once: a single entry may be as large as an instance's variables. */
const STREAM_LENGTH = 4 * 1024 * 1024;

/** The audit trail in `audit_entry`. Commands append on the engine's pool; people read on their own. */
@Injectable()
export class PgAuditStore extends AuditStore {
  constructor(
    private readonly hot: HotPool,
    private readonly dataSource: DataSource,
  ) {
    super();
  }

  async append(entries: readonly AuditEntry[], underClaim: ClaimedKey | null = null): Promise<void> {
    await this.hot.transaction([...auditStatements(entries), ...appliedStatement(underClaim)]);
  }

  async query(
    tenantId: string,
    filter: AuditFilter,
    pageSize: number,
    cursor: string | null,
  ): Promise<{ items: AuditEntry[]; nextCursor: string | null }> {
    const condition = compileAuditFilter(tenantId, filter);
    if (cursor !== null) {
      const { at, id } = decodeCursor(cursor, 'at', 'id');
      condition.and(`(at, id) < (${instantOf(condition.bind(at))}, ${condition.bind(id)}::bigint)`);
    }
    const rows = await this.select(condition, `ORDER BY at DESC, id DESC LIMIT ${condition.bind(pageSize + 1)}`);
    const items = rows.slice(0, pageSize);
    const last = rows.length > pageSize ? items.at(-1) : undefined;
    return { items: items.map(entryOfRow), nextCursor: last ? encodeCursor(positionOf(last)) : null };
  }

  async page(
    tenantId: string,
    filter: AuditFilter,
    { pageNumber, pageSize }: { readonly pageNumber: number; readonly pageSize: number },
  ): Promise<{ items: AuditEntry[]; totalRecords: number }> {
    const all = compileAuditFilter(tenantId, filter);
    const counted = await queryRows<{ total: number }>(
      this.dataSource,
      `SELECT count(*) AS total FROM audit_entry WHERE ${all.text}`,
      all.parameters,
    );
    const condition = compileAuditFilter(tenantId, filter);
    const limit = condition.bind(pageSize);
    const offset = condition.bind((pageNumber - 1) * pageSize);
    const rows = await this.select(condition, `ORDER BY at DESC, id DESC LIMIT ${limit} OFFSET ${offset}`);
    return { items: rows.map(entryOfRow), totalRecords: counted[0]?.total ?? 0 };
  }

  async *stream(tenantId: string, filter: AuditFilter): AsyncIterable<AuditEntry> {
    let last: AuditRow | undefined;
    let limit = 1;
    for (;;) {
      const condition = compileAuditFilter(tenantId, filter);
      if (last) {
        const [at, id] = positionOf(last);
        condition.and(`(at, id) > (${instantOf(condition.bind(at))}, ${condition.bind(id)}::bigint)`);
      }
      const rows = await this.select(condition, `ORDER BY at, id LIMIT ${limit}`);
      for (const row of rows) yield entryOfRow(row);
      if (rows.length < limit) return;
      last = rows.at(-1);
      limit = nextLimit(limit, rows);
    }
  }

  seal(): Promise<number> {
    return sealEntries(this.dataSource);
  }

  async verify(tenantId: string): Promise<AuditVerification> {
    await this.seal();
    return verifyChain(this.dataSource, tenantId);
  }

  private select(condition: SqlCondition, order: string): Promise<AuditRow[]> {
    return queryRows<AuditRow>(
      this.dataSource,
      `SELECT ${AUDIT_COLUMNS} FROM audit_entry WHERE ${condition.text} ${order}`,
      condition.parameters,
    );
  }
}

/** At most eight times as many as before, as nothing is known of those that come. */
function nextLimit(limit: number, rows: readonly AuditRow[]): number {
  const length = rows.reduce((sum, row) => sum + JSON.stringify(row).length, 0);
  return Math.max(1, Math.min(STREAM_PAGE, limit * 8, Math.floor(STREAM_LENGTH / (length / rows.length))));
}

/** Where an entry stands among the others: the instant in microseconds, and the id. */
function positionOf(row: AuditRow): [at: number, id: number] {
  return [Math.round(Number(row.at_ms) * 1_000), Number(row.id)];
}
