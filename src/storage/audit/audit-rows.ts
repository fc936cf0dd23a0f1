import { digestOf } from '../../audit-proof/digest.js';
import type { AuditEntry } from '../../contract/audit-entry.js';
import type { BoundStatement } from '../connection/hot-pool.js';
import { RowBuffer } from '../connection/row-buffer.js';
import { insertAuditEntries } from '../sql/insert-audit-entries.js';
import { columnsOfEntry } from './audit-columns.js';

/** Audit entries gathered for one insert, each with its digest. */
export class AuditRows {
  private readonly rows = new RowBuffer(insertAuditEntries);

  add(entries: readonly AuditEntry[]): void {
    for (const entry of entries) {
      const columns = columnsOfEntry(entry);
      this.rows.add(...columns, digestOf(columns));
    }
  }

  /** Appends the insert statement where there are entries. */
  bindTo(statements: BoundStatement[]): void {
    this.rows.bindTo(statements);
  }
}
