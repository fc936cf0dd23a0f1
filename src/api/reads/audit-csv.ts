import type { AuditEntry } from '../../contract/audit-entry.js';
import { csvRow } from './csv.js';

/** The entry's keys in the order of CONTRACT section 7. */
const COLUMNS = [
  'id', 'tenantId', 'at', 'actor', 'action', 'outcome', 'instanceGuid', 'processKey', 'taskId', 'attempt', 'comment', 'changes', 'statusBefore',
  'statusAfter', 'durationMs', 'correlationId', 'idempotencyKey', 'detail',
] as const satisfies readonly (keyof AuditEntry)[]; // prettier-ignore

export const CSV_HEADER = csvRow(COLUMNS);

/** One line of RFC 4180 (`csvRow`). */
export function csvLine(entry: AuditEntry): string {
  return csvRow(COLUMNS.map((column) => entry[column]));
}
