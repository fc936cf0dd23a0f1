/** Whether a row may be claimed: due at $1, not under another's claim, of no instance $5. */
const CLAIMABLE = `NOT held AND due_at <= $1::timestamptz AND (claimed_until IS NULL OR claimed_until <= clock_timestamp())
       AND instance_id <> ALL ($5::bigint[])`;

/** Claims the rows of `due`, and gives them. */
const CLAIM = `claimed AS (
     UPDATE timer_job AS timer
     SET claimed_by = $3::integer, claimed_until = clock_timestamp() + $4::float8 * interval '1 ms'
     FROM due
     WHERE timer.instance_id = due.instance_id AND timer.element_instance_id = due.element_instance_id
       AND timer.timer_node_id = due.timer_node_id
     RETURNING timer.instance_id, timer.element_instance_id, timer.timer_node_id, timer.kind, timer.due_at, timer.tenant_id,
       timer.circuit, timer.probe)
   SELECT instance_id, element_instance_id, timer_node_id, kind, (extract(epoch FROM due_at) * 1000)::bigint AS due_at,
     tenant_id, circuit, probe
   FROM claimed ORDER BY claimed.due_at`;

/**
 * Claims rows that are due ($1, the application's time), oldest first. SKIP LOCKED: of two nodes that claim at once each gets
 * rows of its own, and neither waits. The claim runs on the database's clock ($4 ms), which all nodes share; a row whose
 * claim ran out was claimed by a node that died, and is claimed again. Rows of instances that are still being fired ($5) stay,
 * so that one with thousands of rows does not stand before all others. The inner ORDER BY walks the index on `due_at`.
 */
export const CLAIM_DUE_TIMERS = {
  name: 'claim-due-timers',
  text: `WITH due AS (
     SELECT instance_id, element_instance_id, timer_node_id FROM timer_job
     WHERE ${CLAIMABLE}
     ORDER BY due_at LIMIT $2::integer
     FOR UPDATE SKIP LOCKED),
   ${CLAIM}`,
};

/**
 * The same of each of the tenants $6, up to $2 rows of each: each walks its part of the index on (tenant_id, due_at). Beside a
 * tenant with 100,000 rows that are due, another's ten are in the next claim.
 */
export const CLAIM_OF_TENANTS = {
  name: 'claim-of-tenants',
  text: `WITH due AS (
     SELECT row.instance_id, row.element_instance_id, row.timer_node_id
     FROM unnest($6::text[]) AS turn(tenant_id)
     CROSS JOIN LATERAL (
       SELECT instance_id, element_instance_id, timer_node_id FROM timer_job
       WHERE tenant_id = turn.tenant_id AND ${CLAIMABLE}
       ORDER BY due_at LIMIT $2::integer
       FOR UPDATE SKIP LOCKED) AS row),
   ${CLAIM}`,
};

/**
 * The next $3 tenants after $2 that have rows, in the order of their names, and whether one of the rows is due at $1. One probe of
 * the index on (tenant_id, due_at) finds the next tenant, however many rows lie between.
 */
export const NEXT_TENANTS = {
  name: 'next-tenants',
  text: `WITH RECURSIVE tenant(tenant_id, place) AS (
     (SELECT tenant_id, 1 FROM timer_job WHERE NOT held AND tenant_id > $2::text ORDER BY tenant_id LIMIT 1)
     UNION ALL
     SELECT next.tenant_id, tenant.place + 1
     FROM tenant
     CROSS JOIN LATERAL (
       SELECT tenant_id FROM timer_job WHERE NOT held AND timer_job.tenant_id > tenant.tenant_id ORDER BY tenant_id LIMIT 1) AS next
     WHERE tenant.place < $3::integer)
   SELECT tenant_id,
     EXISTS (SELECT FROM timer_job WHERE NOT held AND timer_job.tenant_id = tenant.tenant_id AND due_at <= $1::timestamptz) AS is_due
   FROM tenant ORDER BY tenant.place`,
};

/** Only the rows that were claimed: one that was scheduled anew meanwhile has another time. */
export const DISCARD_TIMERS = {
  name: 'discard-timers',
  text: `DELETE FROM timer_job AS timer
   USING unnest($1::bigint[], $2::integer[], $3::text[], $4::timestamptz[]) AS gone(instance_id, element_instance_id, timer_node_id, due_at)
   WHERE timer.instance_id = gone.instance_id AND timer.element_instance_id = gone.element_instance_id
     AND timer.timer_node_id = gone.timer_node_id AND timer.due_at = gone.due_at`,
};

/** The head of the index on `due_at`, past the few rows that are claimed or of an instance that is still being fired ($1). */
export const NEXT_TIMER = {
  name: 'next-timer',
  text: `SELECT (extract(epoch FROM due_at) * 1000)::bigint AS due_at FROM timer_job
   WHERE NOT held AND claimed_until IS NULL AND instance_id <> ALL ($1::bigint[]) ORDER BY timer_job.due_at LIMIT 1`,
};

export const COUNT_DUE_TIMERS = {
  name: 'count-due-timers',
  text: 'SELECT count(*) AS due FROM timer_job WHERE NOT held AND due_at <= $1::timestamptz',
};
