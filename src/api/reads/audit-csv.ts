import type { AuditEntry } from '../../contract/audit-entry.js';

/** The entry's keys in the order of CONTRACT section 7. */
const COLUMNS = [
  'id', 'tenantId', 'at', 'actor', 'action', 'outcome', 'instanceGuid', 'processKey', 'taskId', 'attempt', 'comment', 'changes', 'statusBefore',
  'statusAfter', 'durationMs', 'correlationId', 'idempotencyKey', 'detail',
] as const satisfies readonly (keyof AuditEntry)[]; // prettier-ignore

/** What a spreadsheet would run (OWASP, CSV injection). */
const FORMULA = /^[=+\-@\t\r]/;

export const CSV_HEADER = `${COLUMNS.join(',')}\r\n`;

/** One line of RFC 4180, objects as JSON, formulas defused by a leading apostrophe. */
export function csvLine(entry: AuditEntry): string {
  return `${COLUMNS.map((column) => cell(entry[column])).join(',')}\r\n`;
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const defused = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(defused) ? `"${defused.replaceAll('"', '""')}"` : defused;
}
