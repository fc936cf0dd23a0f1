import type { EntityManager } from 'typeorm';
import type { AuditEntry } from '../../contract/audit-entry.js';
import type { BoundStatement } from '../connection/hot-pool.js';
import { AuditRows } from './audit-rows.js';

/** The statement that inserts the entries: one, or none where there is no entry. */
export function auditStatements(entries: readonly AuditEntry[]): BoundStatement[] {
  const rows = new AuditRows();
  rows.add(entries);
  const statements: BoundStatement[] = [];
  rows.bindTo(statements);
  return statements;
}

/** Writes entries in the transaction of the change that they report. */
export async function writeAudit(manager: EntityManager, entries: readonly AuditEntry[]): Promise<void> {
  for (const { text, values } of auditStatements(entries)) await manager.query(text, [...values]);
}
