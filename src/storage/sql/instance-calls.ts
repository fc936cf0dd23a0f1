import { int4Array, int8Array, textArray, timestampArray } from '../connection/binary-array.js';
import { rowStatement } from '../connection/row-buffer.js';

/** Written with the step that asks for it; a visit has one row, so that a cancel takes the place of a start that has not been acted on. */
export const upsertCalls = rowStatement<
  [
    instanceId: number,
    elementInstanceId: number,
    tenantId: string,
    kind: string,
    processKey: string | null,
    run: number | null,
    queuedAt: number,
  ]
>(
  'upsert-calls',
  [int8Array, int4Array, textArray, textArray, textArray, int4Array, timestampArray],
  `INSERT INTO instance_call (instance_id, element_instance_id, tenant_id, kind, process_key, run, queued_at)
   SELECT * FROM unnest($1::bigint[], $2::integer[], $3::text[], $4::text[], $5::text[], $6::integer[], $7::timestamptz[])
   ON CONFLICT (instance_id, element_instance_id) DO UPDATE SET kind = excluded.kind, process_key = excluded.process_key,
     run = excluded.run, queued_at = excluded.queued_at, claimed_until = NULL, claimed_by = NULL`,
);

/** The child begins and its row goes in one transaction; aborts where the row has gone or become a cancel: then it must not begin. */
export const consumeCalls = rowStatement<[instanceId: number, elementInstanceId: number, run: number]>(
  'consume-calls',
  [int8Array, int4Array, int4Array],
  `WITH consumed AS (
     DELETE FROM instance_call USING unnest($1::bigint[], $2::integer[], $3::integer[]) AS begun(instance_id, element_instance_id, run)
     WHERE instance_call.instance_id = begun.instance_id AND instance_call.element_instance_id = begun.element_instance_id
       AND instance_call.run = begun.run AND instance_call.kind = 'start'
     RETURNING 1)
   SELECT expect_rows(count(*), $4::bigint) FROM consumed`,
  true,
);

/** As timers are claimed. The table holds what has not been acted on yet: it is nearly empty. */
export const CLAIM_CALLS = {
  name: 'claim-calls',
  text: `WITH due AS (
     SELECT instance_id, element_instance_id FROM instance_call
     WHERE claimed_until IS NULL OR claimed_until <= clock_timestamp()
     ORDER BY queued_at LIMIT $1::integer
     FOR UPDATE SKIP LOCKED)
   UPDATE instance_call AS call
   SET claimed_by = $2::integer, claimed_until = clock_timestamp() + $3::float8 * interval '1 ms'
   FROM due
   WHERE call.instance_id = due.instance_id AND call.element_instance_id = due.element_instance_id
   RETURNING call.instance_id, call.element_instance_id, call.kind, call.tenant_id, call.process_key, call.run,
     (extract(epoch FROM call.queued_at) * 1000)::bigint AS queued_at`,
};

export const DISCARD_CALLS = {
  name: 'discard-calls',
  text: `DELETE FROM instance_call AS call
   USING unnest($1::bigint[], $2::integer[], $3::text[], $4::timestamptz[]) AS done(instance_id, element_instance_id, kind, queued_at)
   WHERE call.instance_id = done.instance_id AND call.element_instance_id = done.element_instance_id AND call.kind = done.kind
     AND call.queued_at = done.queued_at`,
};

/** By the partial index on the parent. */
export const OPEN_CHILDREN = {
  name: 'open-children',
  text: `SELECT tenant_id, guid FROM process_instance
   WHERE parent_instance_id = $1::bigint AND (called_by->>'elementInstanceId')::integer = $2::integer
     AND status <> 'completed' AND status <> 'cancelled'
   ORDER BY id`,
};

export const NEWEST_CHILDREN = {
  name: 'newest-children',
  text: `SELECT guid, status, called_by FROM process_instance WHERE parent_instance_id = $1::bigint ORDER BY id DESC LIMIT $2::integer`,
};
