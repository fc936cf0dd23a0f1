import { int4Array, int8Array, textArray, timestampArray } from '../connection/binary-array.js';
import { rowStatement } from '../connection/row-buffer.js';

/** Groups that are not there yet. In the order of their keys: two transactions that make the same ones never wait in a circle. */
export const insertFailureGroups = rowStatement<
  [
    fingerprint: string,
    tenantId: string,
    definitionId: number,
    processKey: string,
    elementId: string,
    code: string,
    errorClass: string,
    pattern: string,
    firstSeenAt: number,
  ]
>(
  'insert-failure-groups',
  [textArray, textArray, int8Array, textArray, textArray, textArray, textArray, textArray, timestampArray],
  `INSERT INTO failure_group (fingerprint, tenant_id, definition_id, process_key, element_id, code, error_class, pattern, first_seen_at)
   SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::timestamptz[])
     AS opened(fingerprint) ORDER BY fingerprint
   ON CONFLICT (fingerprint) DO NOTHING`,
);

/** On a row of this connection's own: no other transaction writes it. */
export const countFailures = rowStatement<
  [fingerprint: string, definitionVersion: number, hour: number, opened: number, settled: number, lastOpenedAt: number]
>(
  'count-failures',
  [textArray, int4Array, timestampArray, int4Array, int4Array, timestampArray],
  `INSERT INTO failure_count (fingerprint, definition_version, hour, writer, opened, settled, last_opened_at)
   SELECT fingerprint, definition_version, hour, pg_backend_pid(), opened, settled, last_opened_at
   FROM unnest($1::text[], $2::integer[], $3::timestamptz[], $4::integer[], $5::integer[], $6::timestamptz[])
     AS counted(fingerprint, definition_version, hour, opened, settled, last_opened_at)
   ON CONFLICT (fingerprint, definition_version, hour, writer) DO UPDATE
   SET opened = failure_count.opened + excluded.opened, settled = failure_count.settled + excluded.settled,
     last_opened_at = greatest(failure_count.last_opened_at, excluded.last_opened_at)`,
);

/**
 * Of hours before $1, one row for all connections; of hours before $2, one row for all hours. A connection that writes to such an
 * hour meanwhile waits for it, and then has a row of its own again.
 */
export const FOLD_FAILURE_COUNTS = `
  WITH folded AS (
    DELETE FROM failure_count WHERE hour < $1::timestamptz AND hour > '-infinity' AND (writer <> 0 OR hour < $2::timestamptz)
    RETURNING fingerprint, definition_version, opened, settled, last_opened_at,
      CASE WHEN hour < $2::timestamptz THEN '-infinity' ELSE hour END AS hour)
  INSERT INTO failure_count (fingerprint, definition_version, hour, writer, opened, settled, last_opened_at)
  SELECT fingerprint, definition_version, hour, 0, sum(opened), sum(settled), max(last_opened_at)
  FROM folded GROUP BY fingerprint, definition_version, hour
  ON CONFLICT (fingerprint, definition_version, hour, writer) DO UPDATE
  SET opened = failure_count.opened + excluded.opened, settled = failure_count.settled + excluded.settled,
    last_opened_at = greatest(failure_count.last_opened_at, excluded.last_opened_at)`;
