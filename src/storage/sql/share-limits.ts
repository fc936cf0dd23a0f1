import { IS_HELD } from './held-permits.js';

/** Permits of limits. All that grants any locks the limits first, in a statement of its own: the next one sees what others took. */
export const LOCK_LIMITS = {
  name: 'lock-limits',
  text: 'SELECT key FROM task_limit WHERE tenant_id = $1::text AND key = ANY ($2::text[]) ORDER BY key FOR UPDATE',
};

/** Another value after each change: every limit that is set has a number that was never used before. */
export const LIMITS_REVISION = {
  name: 'limits-revision',
  text: `SELECT count(*) || '/' || coalesce(sum(hashint8(revision)::bigint), 0) AS revision FROM task_limit`,
};

export const ALL_LIMITS = {
  name: 'all-limits',
  text: 'SELECT tenant_id, key, max_concurrent, rate_per_second FROM task_limit',
};

/** What node $2 holds ($4) and waits for ($5) of the limits $3 of tenant $1. Rows of nothing go. */
export const STATE_PERMITS = {
  name: 'state-permits',
  text: `WITH stated AS (
     SELECT key, held, waiting FROM unnest($3::text[], $4::integer[], $5::integer[]) AS given(key, held, waiting)),
   gone AS (
     DELETE FROM limit_permit AS permit USING stated
     WHERE permit.tenant_id = $1::text AND permit.key = stated.key AND permit.node = $2::integer
       AND stated.held = 0 AND stated.waiting = 0)
   INSERT INTO limit_permit (tenant_id, key, node, held, waiting)
   SELECT $1::text, key, $2::integer, held, waiting FROM stated WHERE held > 0 OR waiting > 0
   ON CONFLICT (tenant_id, key, node) DO UPDATE SET held = excluded.held, waiting = excluded.waiting`,
};

/** A bucket holds what a tenth of a second brings, but 1 at least: a second never sees much more than its rate. */
const TOKENS = `CASE WHEN task_limit.rate_per_second IS NOT NULL THEN least(greatest(1, task_limit.rate_per_second / 10),
         task_limit.tokens + task_limit.rate_per_second * greatest(0, extract(epoch FROM clock.at - task_limit.refilled_at))) END`;

/**
 * How the limits $3 of tenant $1 are used by living nodes and by jobs, and what node $2 holds. The equal part of a node is counted
 * over all nodes that hold or wait.
 */
const USE = `SELECT task_limit.key, task_limit.max_concurrent, task_limit.rate_per_second, clock.at, ${TOKENS} AS tokens, nodes.held, nodes.mine,
       nodes.fair, nodes.crowded, job.held AS jobs,
       EXISTS (
         SELECT FROM limit_permit AS permit JOIN server_node AS server USING (node)
         WHERE server.dead_at IS NULL AND permit.tenant_id = task_limit.tenant_id AND permit.key = task_limit.key
           AND permit.node <> $2::integer AND permit.waiting > 0 AND permit.held < nodes.fair) AS others_short
     FROM task_limit
     CROSS JOIN (SELECT clock_timestamp() AS at OFFSET 0) AS clock
     CROSS JOIN LATERAL (
       SELECT coalesce(sum(permit.held), 0)::integer AS held, coalesce(sum(permit.held) FILTER (WHERE permit.node = $2::integer), 0)::integer AS mine,
         greatest(1, task_limit.max_concurrent / greatest(1, count(*)))::integer AS fair, count(*) > task_limit.max_concurrent AS crowded
       FROM limit_permit AS permit JOIN server_node AS server USING (node)
       WHERE server.dead_at IS NULL AND permit.tenant_id = task_limit.tenant_id AND permit.key = task_limit.key) AS nodes
     CROSS JOIN LATERAL (
       SELECT count(*)::integer AS held FROM job_permit AS permit
       WHERE permit.tenant_id = task_limit.tenant_id AND permit.key = task_limit.key AND ${IS_HELD}) AS job
     WHERE task_limit.tenant_id = $1::text AND task_limit.key = ANY ($3::text[])`;

/**
 * Grants node $2 up to $4 permits of all limits $3 at once, and as many beginnings of each rate. Where another node waits with less
 * than its equal part, the node gets no more than its own. Nothing for a node whose heartbeat is later than $5 ms: it
 * may be declared dead before it has begun what it was granted.
 */
export const TAKE_PERMITS = {
  name: 'take-permits',
  text: `WITH limits AS MATERIALIZED (${USE}),
   granted AS MATERIALIZED (
     SELECT CASE WHEN EXISTS (
         SELECT FROM server_node
         WHERE node = $2::integer AND dead_at IS NULL AND heartbeat_at > clock_timestamp() - $5::float8 * interval '1 ms')
       THEN greatest(0, least($4::integer, min(CASE WHEN others_short THEN least(max_concurrent - held - jobs, fair - mine)
         ELSE max_concurrent - held - jobs END) FILTER (WHERE max_concurrent IS NOT NULL), min(floor(tokens))))::integer ELSE 0 END AS permits
     FROM limits),
   taken AS (
     UPDATE limit_permit AS permit SET held = permit.held + granted.permits, waiting = greatest(0, permit.waiting - granted.permits)
     FROM granted
     WHERE granted.permits > 0 AND permit.tenant_id = $1::text AND permit.key = ANY ($3::text[]) AND permit.node = $2::integer),
   begun AS (
     UPDATE task_limit SET tokens = limits.tokens - granted.permits, refilled_at = limits.at FROM limits, granted
     WHERE granted.permits > 0 AND task_limit.tenant_id = $1::text AND task_limit.key = limits.key AND limits.rate_per_second IS NOT NULL)
   SELECT granted.permits AS granted, coalesce(max(greatest(0, 1 - (limits.tokens - granted.permits)) / limits.rate_per_second * 1000), 0)::float8 AS next_in_ms
   FROM granted LEFT JOIN limits ON true GROUP BY granted.permits`,
};

/** How the limits $3 of tenant $1 are shared now, as node $2 should know. */
export const SHARE_PERMITS = {
  name: 'share-permits',
  text: `SELECT key, others_short, coalesce(fair, 1) AS fair, coalesce(crowded, false) AS crowded
   FROM (${USE}) AS limits WHERE max_concurrent IS NOT NULL`,
};

/**
 * Permits of the limit $3 (an array of one key) of tenant $1 to the first of the jobs ($4, $5); says to how many, and when a
 * rate lets the next one through. All where there is no such limit. $2 is 0, which is no node. The jobs' earlier permits were
 * given back before.
 */
export const TAKE_JOB_PERMITS = {
  name: 'take-job-permits',
  text: `WITH limits AS MATERIALIZED (${USE}),
   granted AS MATERIALIZED (
     SELECT greatest(0, least(cardinality($4::bigint[]), min(max_concurrent - held - jobs), min(floor(tokens))))::integer AS permits,
       min(key) AS key
     FROM limits),
   taken AS (
     INSERT INTO job_permit (instance_id, element_instance_id, tenant_id, key)
     SELECT job.instance_id, job.element_instance_id, $1::text, granted.key
     FROM unnest($4::bigint[], $5::integer[]) WITH ORDINALITY AS job(instance_id, element_instance_id, place), granted
     WHERE job.place <= granted.permits AND granted.key IS NOT NULL
     ON CONFLICT (instance_id, element_instance_id) DO UPDATE
       SET tenant_id = excluded.tenant_id, key = excluded.key, granted_at = excluded.granted_at),
   begun AS (
     UPDATE task_limit SET tokens = limits.tokens - granted.permits, refilled_at = limits.at FROM limits, granted
     WHERE granted.permits > 0 AND task_limit.tenant_id = $1::text AND task_limit.key = limits.key AND limits.rate_per_second IS NOT NULL)
   SELECT permits AS granted,
     coalesce((SELECT max(greatest(0, 1 - (limits.tokens - permits)) / limits.rate_per_second * 1000) FROM limits), 0)::float8 AS next_in_ms
   FROM granted`,
};

export const GIVE_BACK_JOB_PERMITS = {
  name: 'give-back-job-permits',
  text: `DELETE FROM job_permit AS permit
   USING unnest($1::bigint[], $2::integer[]) AS gone(instance_id, element_instance_id)
   WHERE permit.instance_id = gone.instance_id AND permit.element_instance_id = gone.element_instance_id`,
};

/** Of the limit $2 of tenant $1, those that do not count any more. */
export const DROP_JOB_PERMITS = {
  name: 'drop-job-permits',
  text: `DELETE FROM job_permit AS permit WHERE permit.tenant_id = $1::text AND permit.key = $2::text AND NOT (${IS_HELD})`,
};
