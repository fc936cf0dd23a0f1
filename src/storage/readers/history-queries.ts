import { AUDIT_COLUMNS } from '../audit/audit-columns.js';

/**
 * The statements of `PgInstanceHistory`. Each names the start of its instance ($2) as a parameter, so that the weeks before are not
 * looked into; all rows of an instance stand together in the index of their key.
 */
const VISIT = `sequence, element_id AS "elementId", element_type AS "elementType", status,
  scope_element_instance_id AS "scopeElementInstanceId", taken_flow_ids AS "takenFlowIds", attempts, started_at AS "startedAt",
  ended_at AS "endedAt", version, input`;
const OWN_VISITS = 'FROM activity WHERE instance_id = $1 AND ended_at >= $2::timestamptz';

const WRITE = `version, write_index AS "writeIndex", element_instance_id AS "elementInstanceId", cause, before, after, omitted, at`;
const OWN_WRITES = 'FROM variable_write WHERE instance_id = $1 AND at >= $2::timestamptz';
const IN_ORDER = 'ORDER BY version, write_index';

export const ENDED_VISITS = `SELECT ${VISIT} ${OWN_VISITS} AND sequence > $3 ORDER BY sequence LIMIT $4`;

export const ENDED_VISITS_OF = `SELECT ${VISIT} ${OWN_VISITS} AND sequence > $3 AND element_id = $5 ORDER BY sequence LIMIT $4`;

export const ENDED_LATER = `SELECT ${VISIT} ${OWN_VISITS} AND version > $3 AND sequence <= $4 ORDER BY sequence`;

export const TRAIL_AT = `SELECT element_id AS "elementId", status ${OWN_VISITS} AND version <= $3
  AND status IN ('completed', 'skipped') ORDER BY version, effect_index`;

export const LAST_VISIT = `SELECT max(sequence) AS sequence ${OWN_VISITS} AND element_id = $3`;

/** A step that enters visits ends one, but for the first: the first step by whose end so many had been entered, entered them. */
export const ENTERED = `SELECT entered, min(version) AS version ${OWN_VISITS} AND entered >= $3
  GROUP BY entered ORDER BY entered LIMIT $4`;

export const ENTERED_BY = `SELECT max(entered) AS entered ${OWN_VISITS} AND version <= $3`;

export const ATTEMPTS_OF = `SELECT element_instance_id AS "elementInstanceId", task_id AS "taskId", attempt, outcome,
    error_code AS "errorCode", error_message AS "errorMessage", details, error_class AS "errorClass", decision_action AS decision,
    decision_reason AS "decisionReason", worker, started_at AS "startedAt", ended_at AS "endedAt", input
  FROM task_attempt WHERE instance_id = $1 AND element_instance_id = ANY ($2::integer[]) ORDER BY version, effect_index`;

export const WRITES_OF = `SELECT ${WRITE} ${OWN_WRITES} AND element_instance_id = ANY ($3::integer[]) ${IN_ORDER}`;

export const INSTANCE_WRITES = `SELECT ${WRITE} ${OWN_WRITES} AND element_instance_id IS NULL AND entered >= $3
  AND ($4::integer IS NULL OR entered <= $4::integer) ${IN_ORDER} LIMIT $5`;

/** A piece of the walk, behind ($4, $5). */
export const WRITES_BEHIND = `SELECT ${WRITE} ${OWN_WRITES} AND version <= $3 AND (version, write_index) > ($4::integer, $5::integer)
  AND entered >= $6 ${IN_ORDER} LIMIT $7`;

export const VERSION_AT = `SELECT greatest(
    (SELECT max(version) ${OWN_VISITS} AND ended_at <= $3::timestamptz),
    (SELECT max(version) ${OWN_WRITES} AND at <= $3::timestamptz)) AS version`;

export const TIME_OF = `SELECT coalesce(
    (SELECT max(ended_at) ${OWN_VISITS} AND version = $3),
    (SELECT max(at) ${OWN_WRITES} AND version = $3),
    (SELECT max(ended_at) FROM task_attempt WHERE instance_id = $1 AND version = $3),
    (SELECT max(opened_at) FROM incident WHERE instance_id = $1 AND version = $3)) AS at`;

export const HAD_INCIDENT = `SELECT EXISTS (SELECT FROM incident WHERE instance_id = $1 AND version <= $2
  AND (resolved_at IS NULL OR resolved_at > $3::timestamptz)) AS had`;

export const IS_RECORDED = 'SELECT has_history AS "isRecorded" FROM process_instance WHERE id = $1';

export const RESTARTS_OF = 'SELECT guid FROM process_instance WHERE restarted_from_id = $1 ORDER BY id LIMIT 100';

/** `audit_entry_instance` serves it. Which visit an entry is about stands in its detail: 1.5 us an entry to read. */
export const COMMANDS_ON = `SELECT ${AUDIT_COLUMNS} FROM audit_entry
  WHERE tenant_id = $1 AND instance_guid = $2 AND at >= $3::timestamptz AND actor_type = 'user' AND task_id = ANY ($4::text[])
    AND json_text_at(detail, '{elementInstanceId}') = ANY ($5::text[])
  ORDER BY at, id LIMIT 1000`;
