import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import {
  AuditStore,
  type AuditFilter,
  type AuditTrailPage,
  type AuditVerification,
  type AuditWitness,
  type ClaimedKey,
} from '../../application/ports/stores.js';
import type { AuditEntry } from '../../contract/audit-entry.js';
import { HotPool } from '../connection/hot-pool.js';
import { instantOf } from '../readers/page-cursor.js';
import { queryRows } from '../readers/people-query.js';
import type { SqlCondition } from '../readers/sql-condition.js';
import { appliedStatement } from '../stores/applied-claims.js';
import { AUDIT_COLUMNS, entryOfRow, positionOf, type AuditRow } from './audit-columns.js';
import { compileAuditFilter } from './audit-filter.js';
import { lookBack } from './audit-look.js';
import { EntryPages } from './audit-pages.js';
import { sealEntries } from './seal-entries.js';
import { verifyChain } from './verify-chain.js';
import { auditStatements } from './write-audit.js';

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

  query(tenantId: string, filter: AuditFilter, pageSize: number, cursor: string | null): Promise<AuditTrailPage> {
    return lookBack(this.dataSource, { tenantId, filter, pageSize, cursor });
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

  async *stream(tenantId: string, filter: AuditFilter): AsyncIterable<readonly AuditEntry[]> {
    const pages = new EntryPages().read<AuditRow>((after, limit) => {
      const condition = compileAuditFilter(tenantId, filter);
      if (after) {
        const [at, id] = positionOf(after);
        const instant = instantOf(condition.bind(at));
        // The instant once more by itself: by it the database knows which weeks it need not look into.
        condition.and(`at >= ${instant} AND (at, id) > (${instant}, ${condition.bind(id)}::bigint)`);
      }
      return this.select(condition, `ORDER BY at, id LIMIT ${limit}`);
    });
    for await (const rows of pages) yield rows.map(entryOfRow);
  }

  seal(): Promise<number> {
    return sealEntries(this.dataSource);
  }

  async verify(tenantId: string, witness: AuditWitness | null = null): Promise<AuditVerification> {
    await this.seal();
    return verifyChain(this.dataSource, tenantId, witness);
  }

  private select(condition: SqlCondition, order: string): Promise<AuditRow[]> {
    return queryRows<AuditRow>(
      this.dataSource,
      `SELECT ${AUDIT_COLUMNS} FROM audit_entry WHERE ${condition.text} ${order}`,
      condition.parameters,
    );
  }
}
