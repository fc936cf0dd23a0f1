import type { AuditEntry } from '../../src/contract/audit-entry.js';

let lastId = 0;

/** An entry with a new id; one a second from 2026 on. */
export function auditEntry(fields: Partial<AuditEntry> = {}): AuditEntry {
  lastId++;
  return {
    id: lastId,
    tenantId: 'default',
    at: new Date(Date.UTC(2026, 0, 1) + lastId * 1_000).toISOString(),
    actor: { type: 'user', id: 'alice', claimed: null },
    action: 'RetryFailedTask',
    outcome: 'succeeded',
    instanceGuid: 'loan-1',
    processKey: 'LoanApproval',
    taskId: 'Task_CreditCheck',
    attempt: 2,
    comment: null,
    changes: [],
    statusBefore: 'error',
    statusAfter: 'running',
    durationMs: 12.5,
    correlationId: 'c-1',
    idempotencyKey: null,
    detail: null,
    ...fields,
  };
}
