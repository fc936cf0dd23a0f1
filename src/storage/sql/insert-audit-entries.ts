import { byteaArray, float8Array, int4Array, int8Array, jsonArray, textArray, timestampArray } from '../connection/binary-array.js';
import { rowStatement } from '../connection/row-buffer.js';

/** Entries with their digests; `xact_id` is the transaction's own, by default. */
export const insertAuditEntries = rowStatement<
  [
    tenantId: string, at: number, id: number, actorType: string, actorId: string, actorClaimed: string | null, action: string,
    outcome: string, instanceGuid: string | null, processKey: string | null, taskId: string | null, attempt: number | null,
    comment: string | null, changes: string, statusBefore: string | null, statusAfter: string | null, durationMs: number | null,
    correlationId: string | null, idempotencyKey: string | null, detail: string | null, digest: Buffer,
  ]
>(
  'insert-audit-entries',
  [
    textArray, timestampArray, int8Array, textArray, textArray, textArray, textArray, textArray, textArray, textArray, textArray,
    int4Array, textArray, jsonArray, textArray, textArray, float8Array, textArray, textArray, jsonArray, byteaArray,
  ],
  `INSERT INTO audit_entry (tenant_id, at, id, actor_type, actor_id, actor_claimed, action, outcome, instance_guid, process_key,
     task_id, attempt, comment, changes, status_before, status_after, duration_ms, correlation_id, idempotency_key, detail, digest)
   SELECT * FROM unnest($1::text[], $2::timestamptz[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
     $9::text[], $10::text[], $11::text[], $12::integer[], $13::text[], $14::json[], $15::text[], $16::text[], $17::float8[],
     $18::text[], $19::text[], $20::json[], $21::bytea[])`,
);
