import type { AuditEntry } from '../../contract/audit-entry.js';
import type { insertAuditEntries } from '../sql/insert-audit-entries.js';
import type { RowStatement } from '../connection/row-buffer.js';
import { freeText } from '../stores/stored-text.js';

/** A row of `audit_entry` in the order of its insert statement, the digest (last) excepted: what the digest is taken of. */
export type AuditColumns =
  typeof insertAuditEntries extends RowStatement<infer Row> ? (Row extends [...infer Columns, Buffer] ? Columns : never) : never;

/**
 * An entry as its row will hold it. Text of people and of other systems is made storable; keys are not, so that an entry
 * never seems to be about something else.
 */
export function toColumns(entry: AuditEntry): AuditColumns {
  return [
    entry.tenantId,
    Date.parse(entry.at),
    entry.id,
    entry.actor.type,
    freeText(entry.actor.id),
    freeText(entry.actor.claimed),
    entry.action,
    entry.outcome,
    entry.instanceGuid,
    entry.processKey,
    freeText(entry.taskId),
    entry.attempt,
    freeText(entry.comment),
    JSON.stringify(entry.changes),
    entry.statusBefore,
    entry.statusAfter,
    entry.durationMs,
    freeText(entry.correlationId),
    entry.idempotencyKey,
    entry.detail === null ? null : JSON.stringify(entry.detail),
  ];
}
