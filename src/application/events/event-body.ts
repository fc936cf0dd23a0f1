import type { AuditEntry } from '../../contract/audit-entry.js';

/** What clients are told: the same for webhooks and streams. `id` is the entry's, and so the same for everybody who is told. */
export function eventBody(event: string, entry: AuditEntry): string {
  return JSON.stringify({ id: entry.id, event, tenantId: entry.tenantId, at: entry.at, data: entry });
}
