/** One entry of the audit trail (CONTRACT section 7). `at` is an ISO 8601 instant. */
export interface AuditEntry {
  readonly id: number;
  readonly tenantId: string;
  readonly at: string;
  readonly actor: AuditActor;
  /** A command's name without suffix (`RetryFailedTask`) or a decision's (`RetryScheduled`). */
  readonly action: string;
  readonly outcome: 'succeeded' | 'failed' | 'refused';
  readonly instanceGuid: string | null;
  readonly processKey: string | null;
  readonly taskId: string | null;
  readonly attempt: number | null;
  readonly comment: string | null;
  /** `path` is a JSON Pointer; a side that did not exist is null. */
  readonly changes: readonly { readonly path: string; readonly before: unknown; readonly after: unknown }[];
  readonly statusBefore: string | null;
  readonly statusAfter: string | null;
  readonly durationMs: number | null;
  readonly correlationId: string | null;
  readonly idempotencyKey: string | null;
  readonly detail: Readonly<Record<string, unknown>> | null;
}

/** Who acted: as authenticated (`id`) and, where the command let the caller say so, as claimed. */
export interface AuditActor {
  readonly type: 'user' | 'worker' | 'system';
  readonly id: string;
  readonly claimed: string | null;
}
