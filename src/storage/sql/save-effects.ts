import { int4Array, int8Array, jsonArray, textArray, timestampArray } from '../connection/binary-array.js';
import { rowStatement } from '../connection/row-buffer.js';

/** The rows that a batch's effects become; part of the same transaction as `save-steps`. */
export const insertActivities = rowStatement<
  [
    instanceId: number,
    sequence: number,
    elementId: string,
    elementType: string,
    status: string,
    scopeElementInstanceId: number | null,
    takenFlowIds: string,
    attempts: number,
    version: number,
    effectIndex: number,
    startedAt: number,
    endedAt: number,
    entered: number,
    input: string | null,
  ]
>(
  'insert-activities',
  [
    int8Array,
    int4Array,
    textArray,
    textArray,
    textArray,
    int4Array,
    jsonArray,
    int4Array,
    int4Array,
    int4Array,
    timestampArray,
    timestampArray,
    int4Array,
    jsonArray,
  ],
  `INSERT INTO activity (instance_id, sequence, element_id, element_type, status, scope_element_instance_id, taken_flow_ids,
     attempts, version, effect_index, started_at, ended_at, entered, input)
   SELECT * FROM unnest($1::bigint[], $2::integer[], $3::text[], $4::text[], $5::text[], $6::integer[], $7::json[],
     $8::integer[], $9::integer[], $10::integer[], $11::timestamptz[], $12::timestamptz[], $13::integer[],
     $14::json[])`,
);

export const insertVariableWrites = rowStatement<
  [
    instanceId: number,
    version: number,
    writeIndex: number,
    elementInstanceId: number | null,
    cause: string,
    entered: number,
    before: string | null,
    after: string | null,
    omitted: string | null,
    at: number,
  ]
>(
  'insert-variable-writes',
  [int8Array, int4Array, int4Array, int4Array, textArray, int4Array, jsonArray, jsonArray, jsonArray, timestampArray],
  `INSERT INTO variable_write (instance_id, version, write_index, element_instance_id, cause, entered, before, after, omitted, at)
   SELECT * FROM unnest($1::bigint[], $2::integer[], $3::integer[], $4::integer[], $5::text[], $6::integer[], $7::json[],
     $8::json[], $9::json[], $10::timestamptz[])`,
);

export const insertAttempts = rowStatement<
  [
    instanceId: number,
    version: number,
    effectIndex: number,
    elementInstanceId: number,
    taskId: string,
    attempt: number,
    outcome: string,
    errorCode: string | null,
    errorMessage: string | null,
    details: string | null,
    startedAt: number,
    endedAt: number,
    errorClass: string | null,
    decisionAction: string | null,
    decisionReason: string | null,
    worker: string | null,
    input: string | null,
  ]
>(
  'insert-attempts',
  [
    int8Array,
    int4Array,
    int4Array,
    int4Array,
    textArray,
    int4Array,
    textArray,
    textArray,
    textArray,
    jsonArray,
    timestampArray,
    timestampArray,
    textArray,
    textArray,
    textArray,
    textArray,
    jsonArray,
  ],
  `INSERT INTO task_attempt (instance_id, version, effect_index, element_instance_id, task_id, attempt, outcome, error_code,
     error_message, details, started_at, ended_at, error_class, decision_action, decision_reason, worker,
     input)
   SELECT * FROM unnest($1::bigint[], $2::integer[], $3::integer[], $4::integer[], $5::text[], $6::integer[], $7::text[],
     $8::text[], $9::text[], $10::json[], $11::timestamptz[], $12::timestamptz[], $13::text[], $14::text[], $15::text[], $16::text[],
     $17::json[])`,
);

/**
 * `= ANY` says again what the join says: without it, a plan made on an empty table walks all incidents that are open. What it
 * settles is counted by the rows that it met; a server of an older version writes incidents of no group.
 */
export const closeIncidents = rowStatement<
  [instanceId: number, elementInstanceId: number, resolvedAt: number, resolution: string]
>(
  'close-incidents',
  [int8Array, int4Array, timestampArray, textArray],
  `WITH settled AS (
     UPDATE incident SET resolved_at = closed.resolved_at, resolution = closed.resolution
     FROM unnest($1::bigint[], $2::integer[], $3::timestamptz[], $4::text[]) AS closed(instance_id, element_instance_id, resolved_at, resolution)
     WHERE incident.instance_id = closed.instance_id AND incident.element_instance_id = closed.element_instance_id
       AND incident.instance_id = ANY ($1::bigint[]) AND incident.resolved_at IS NULL
     RETURNING incident.fingerprint, incident.definition_version, incident.resolved_at)
   INSERT INTO failure_count (fingerprint, definition_version, hour, writer, opened, settled)
   SELECT fingerprint, definition_version, date_trunc('hour', max(resolved_at), 'UTC'), pg_backend_pid(), 0, count(*)
   FROM settled WHERE fingerprint IS NOT NULL GROUP BY fingerprint, definition_version
   ON CONFLICT (fingerprint, definition_version, hour, writer) DO UPDATE SET settled = failure_count.settled + excluded.settled`,
);

export const insertIncidents = rowStatement<
  [
    instanceId: number,
    version: number,
    effectIndex: number,
    elementInstanceId: number,
    elementId: string,
    code: string,
    message: string,
    kind: string,
    attempt: number,
    details: string | null,
    decisionAction: string,
    decisionReason: string,
    openedAt: number,
    resolvedAt: number | null,
    resolution: string | null,
    errorClass: string,
    parkedFor: string | null,
    parkedTenantId: string | null,
    fingerprint: string | null,
    definitionVersion: number,
  ]
>(
  'insert-incidents',
  [
    int8Array,
    int4Array,
    int4Array,
    int4Array,
    textArray,
    textArray,
    textArray,
    textArray,
    int4Array,
    jsonArray,
    textArray,
    textArray,
    timestampArray,
    timestampArray,
    textArray,
    textArray,
    textArray,
    textArray,
    textArray,
    int4Array,
  ],
  `INSERT INTO incident (instance_id, version, effect_index, element_instance_id, element_id, code, message, kind, attempt,
     details, decision_action, decision_reason, opened_at, resolved_at, resolution, error_class, parked_for,
     parked_tenant_id, fingerprint, definition_version)
   SELECT * FROM unnest($1::bigint[], $2::integer[], $3::integer[], $4::integer[], $5::text[], $6::text[], $7::text[],
     $8::text[], $9::integer[], $10::json[], $11::text[], $12::text[], $13::timestamptz[], $14::timestamptz[], $15::text[], $16::text[],
     $17::text[], $18::text[], $19::text[], $20::integer[])`,
);

export const deleteTimers = rowStatement<[instanceId: number, elementInstanceId: number, timerNodeId: string]>(
  'delete-timers',
  [int8Array, int4Array, textArray],
  `DELETE FROM timer_job USING unnest($1::bigint[], $2::integer[], $3::text[]) AS gone(instance_id, element_instance_id, timer_node_id)
   WHERE timer_job.instance_id = gone.instance_id AND timer_job.element_instance_id = gone.element_instance_id
     AND timer_job.timer_node_id = gone.timer_node_id`,
);

/** Scheduled again: it is moved, and whoever had claimed it has not any more. */
export const upsertTimers = rowStatement<
  [
    instanceId: number,
    elementInstanceId: number,
    timerNodeId: string,
    kind: string,
    dueAt: number,
    tenantId: string,
    circuit: string | null,
    held: number,
  ]
>(
  'upsert-timers',
  [int8Array, int4Array, textArray, textArray, timestampArray, textArray, textArray, int4Array],
  `INSERT INTO timer_job (instance_id, element_instance_id, timer_node_id, kind, due_at, tenant_id, circuit, held)
   SELECT instance_id, element_instance_id, timer_node_id, kind, due_at, tenant_id, circuit, held = 1
   FROM unnest($1::bigint[], $2::integer[], $3::text[], $4::text[], $5::timestamptz[], $6::text[], $7::text[], $8::integer[])
     AS timer(instance_id, element_instance_id, timer_node_id, kind, due_at, tenant_id, circuit, held)
   ON CONFLICT (instance_id, element_instance_id, timer_node_id)
   DO UPDATE SET kind = excluded.kind, due_at = excluded.due_at, circuit = excluded.circuit, held = excluded.held, probe = false,
     claimed_until = NULL, claimed_by = NULL`,
);

export const deleteJobs = rowStatement<[instanceId: number, elementInstanceId: number]>(
  'delete-jobs',
  [int8Array, int4Array],
  `DELETE FROM job USING unnest($1::bigint[], $2::integer[]) AS gone(instance_id, element_instance_id)
   WHERE job.instance_id = gone.instance_id AND job.element_instance_id = gone.element_instance_id`,
);

/** A visit is one job at a time: queued again, it is a new one. */
export const upsertJobs = rowStatement<
  [instanceId: number, elementInstanceId: number, tenantId: string, jobType: string, queuedAt: number]
>(
  'upsert-jobs',
  [int8Array, int4Array, textArray, textArray, timestampArray],
  `INSERT INTO job (instance_id, element_instance_id, tenant_id, job_type, queued_at)
   SELECT * FROM unnest($1::bigint[], $2::integer[], $3::text[], $4::text[], $5::timestamptz[])
   ON CONFLICT (instance_id, element_instance_id) DO UPDATE
   SET job_type = excluded.job_type, queued_at = excluded.queued_at, claimed_until = NULL, claimed_by = NULL`,
);

export const deleteSubscriptions = rowStatement<[instanceId: number, elementInstanceId: number]>(
  'delete-subscriptions',
  [int8Array, int4Array],
  `DELETE FROM message_subscription USING unnest($1::bigint[], $2::integer[]) AS gone(instance_id, element_instance_id)
   WHERE message_subscription.instance_id = gone.instance_id AND message_subscription.element_instance_id = gone.element_instance_id`,
);

/** A visit waits for one message at a time: waiting for another replaces the row. */
export const upsertSubscriptions = rowStatement<
  [
    instanceId: number,
    elementInstanceId: number,
    tenantId: string,
    instanceGuid: string,
    nodeId: string,
    messageName: string,
    correlationKey: string,
  ]
>(
  'upsert-subscriptions',
  [int8Array, int4Array, textArray, textArray, textArray, textArray, textArray],
  `INSERT INTO message_subscription (instance_id, element_instance_id, tenant_id, instance_guid, node_id, message_name, correlation_key)
   SELECT * FROM unnest($1::bigint[], $2::integer[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
   ON CONFLICT (instance_id, element_instance_id) DO UPDATE
   SET node_id = excluded.node_id, message_name = excluded.message_name, correlation_key = excluded.correlation_key`,
);
