/** Epoch ms on the clock that all nodes share. */
const NOW = '(extract(epoch FROM clock_timestamp()) * 1000)::bigint';

/** Makes the row where there is none, so that it can be locked. */
export const ENSURE_CIRCUIT = `INSERT INTO circuit (tenant_id, circuit, state, status, changed_at)
  VALUES ($1, $2, 'closed', 'null', clock_timestamp()) ON CONFLICT DO NOTHING`;

export const LOCK_CIRCUIT = `SELECT status, ${NOW} AS now FROM circuit WHERE tenant_id = $1 AND circuit = $2 FOR UPDATE`;

/** Whoever keeps it goes on keeping it: that is no part of its status. */
export const WRITE_CIRCUIT = `UPDATE circuit SET state = $3, status = $4, changed_at = clock_timestamp()
  WHERE tenant_id = $1 AND circuit = $2`;

export const NOT_CLOSED_CIRCUITS = {
  name: 'not-closed-circuits',
  text: `SELECT tenant_id, circuit FROM circuit WHERE state <> 'closed'`,
};

/** One node keeps a circuit until its lease ($2 ms) runs out; it renews that with every look. */
export const KEEP_CIRCUITS = {
  name: 'keep-circuits',
  text: `UPDATE circuit SET kept_by = $1::integer, kept_until = clock_timestamp() + $2::float8 * interval '1 ms'
   WHERE state <> 'closed' AND (kept_by IS NULL OR kept_by = $1::integer OR kept_until < clock_timestamp())
   RETURNING tenant_id, circuit, status, ${NOW} AS now`,
};

/** Its time stays as it is, and with it its place in the line. A row that has lost its circuit meanwhile would wait for nobody. */
export const HOLD_TIMERS = {
  name: 'hold-timers',
  text: `UPDATE timer_job AS timer SET held = true, claimed_until = NULL, claimed_by = NULL
   FROM unnest($1::bigint[], $2::integer[], $3::text[], $4::timestamptz[]) AS claimed(instance_id, element_instance_id, timer_node_id, due_at)
   WHERE timer.instance_id = claimed.instance_id AND timer.element_instance_id = claimed.element_instance_id
     AND timer.timer_node_id = claimed.timer_node_id AND timer.due_at = claimed.due_at AND timer.circuit IS NOT NULL`,
};

/**
 * Of an instance that is paused: nothing of it would begin. One probe for each row that is looked at, whatever is known of how many
 * are paused: joined, 300,000 that were cost another tenant 120 ms, so 0.2 ms.
 */
const IS_PAUSED = `((SELECT status FROM process_instance WHERE id = instance_id) IS NOT DISTINCT FROM 'paused')`;

/** Oldest first, by the index on what is held, past what is paused unless $4; what another transaction has locked is being settled there. */
export const RELEASE_HELD = {
  name: 'release-held',
  text: `WITH oldest AS (
     SELECT instance_id, element_instance_id, timer_node_id FROM timer_job
     WHERE held AND tenant_id = $1 AND circuit = $2 AND ($4::boolean OR NOT ${IS_PAUSED}) ORDER BY due_at LIMIT $3::integer
     FOR UPDATE SKIP LOCKED),
   released AS (
     UPDATE timer_job AS timer SET held = false, probe = true FROM oldest
     WHERE timer.instance_id = oldest.instance_id AND timer.element_instance_id = oldest.element_instance_id
       AND timer.timer_node_id = oldest.timer_node_id
     RETURNING 1)
   SELECT count(*) AS released FROM released`,
};

/**
 * Circuits that are closed, or forgotten, though something is held for them: a node held it that did not know yet, or another
 * transaction had its row while the last ones were let through. One probe of the index on what is held finds the next circuit,
 * however many rows lie between.
 */
export const HELD_IN_VAIN = {
  name: 'held-in-vain',
  text: `WITH RECURSIVE waiting(tenant_id, circuit) AS (
     (SELECT tenant_id, circuit FROM timer_job WHERE held ORDER BY tenant_id, circuit LIMIT 1)
     UNION ALL
     SELECT next.tenant_id, next.circuit FROM waiting CROSS JOIN LATERAL (
       SELECT tenant_id, circuit FROM timer_job
       WHERE held AND (timer_job.tenant_id, timer_job.circuit) > (waiting.tenant_id, waiting.circuit)
       ORDER BY tenant_id, circuit LIMIT 1) AS next)
   SELECT tenant_id, circuit FROM waiting
   WHERE NOT EXISTS (SELECT FROM circuit
     WHERE circuit.tenant_id = waiting.tenant_id AND circuit.circuit = waiting.circuit AND circuit.state <> 'closed')`,
};

/**
 * The same for incidents: those of instances that were paused while the others were let through, or whose step was not made. What
 * was parked for a circuit after it had closed waits for a person, or until it has opened and closed again.
 */
export const PARKED_IN_VAIN = {
  name: 'parked-in-vain',
  text: `WITH RECURSIVE waiting(tenant_id, circuit) AS (
     (SELECT parked_tenant_id, parked_for FROM incident WHERE resolved_at IS NULL AND parked_for IS NOT NULL
      ORDER BY parked_tenant_id, parked_for LIMIT 1)
     UNION ALL
     SELECT next.parked_tenant_id, next.parked_for FROM waiting CROSS JOIN LATERAL (
       SELECT parked_tenant_id, parked_for FROM incident
       WHERE resolved_at IS NULL AND parked_for IS NOT NULL
         AND (incident.parked_tenant_id, incident.parked_for) > (waiting.tenant_id, waiting.circuit)
       ORDER BY parked_tenant_id, parked_for LIMIT 1) AS next)
   SELECT circuit.tenant_id, circuit.circuit, parked.instance_id, parked.element_instance_id
   FROM waiting JOIN circuit ON circuit.tenant_id = waiting.tenant_id AND circuit.circuit = waiting.circuit
   CROSS JOIN LATERAL (
     SELECT instance_id, element_instance_id FROM incident
     WHERE parked_tenant_id = circuit.tenant_id AND parked_for = circuit.circuit AND resolved_at IS NULL
       AND opened_at < to_timestamp((circuit.status->>'closedAt')::float8 / 1000)
     ORDER BY opened_at LIMIT $1::integer) AS parked
   WHERE circuit.state = 'closed'`,
};

export const PARKED_INCIDENTS = {
  name: 'parked-incidents',
  text: `SELECT instance_id, element_instance_id FROM incident
   WHERE parked_tenant_id = $1 AND parked_for = $2 AND resolved_at IS NULL AND NOT ${IS_PAUSED}
   ORDER BY opened_at LIMIT $3::integer`,
};

/** Each is one probe of an index; the order leads to that of what is parked, not through all open incidents. */
export const WHO_WAITS = {
  name: 'who-waits',
  text: `SELECT CASE
     WHEN EXISTS (SELECT FROM timer_job WHERE held AND tenant_id = $1 AND circuit = $2 AND NOT ${IS_PAUSED}) THEN 'now'
     WHEN (SELECT true FROM incident
       WHERE parked_tenant_id = $1 AND parked_for = $2 AND resolved_at IS NULL AND NOT ${IS_PAUSED}
       ORDER BY opened_at LIMIT 1) THEN 'now'
     WHEN EXISTS (SELECT FROM timer_job WHERE kind = 'retry' AND NOT held AND tenant_id = $1 AND circuit = $2) THEN 'later'
     ELSE 'nobody' END AS waits`,
};

export const CIRCUIT_OVERVIEW = `SELECT circuit.tenant_id, circuit.circuit, circuit.status,
    (SELECT count(*) FROM timer_job WHERE held AND timer_job.tenant_id = circuit.tenant_id AND timer_job.circuit = circuit.circuit) AS held,
    (SELECT count(*) FROM incident WHERE incident.parked_tenant_id = circuit.tenant_id AND incident.parked_for = circuit.circuit
       AND incident.resolved_at IS NULL) AS parked
  FROM circuit WHERE circuit.tenant_id = $1 AND status::text <> 'null'
  ORDER BY state = 'closed', circuit.circuit LIMIT 1000`;

export const COUNT_CIRCUITS = {
  name: 'count-circuits',
  text: `SELECT (SELECT count(*) FROM circuit WHERE state <> 'closed') AS open, (SELECT count(*) FROM timer_job WHERE held) AS held`,
};

export const FORGET_CLOSED_CIRCUITS = {
  name: 'forget-closed-circuits',
  text: `DELETE FROM circuit WHERE state = 'closed' AND changed_at < clock_timestamp() - $1::float8 * interval '1 ms'`,
};
