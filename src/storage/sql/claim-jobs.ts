/**
 * Claims jobs of the kinds $1 (tenants), $2 (types) and $6 (how many of each), up to $3 in all, for $5 ms on the database's clock,
 * which all nodes share. Oldest first, and one of each tenant in turn. Each kind walks its part of the index on (tenant, type, time queued) and stops at the limit. SKIP LOCKED: of two nodes
 * that claim at once each gets jobs of its own, and neither waits. A row whose claim ran out was claimed by a node that died. All of
 * one claim have the same end, which tells it from any other.
 */
export const CLAIM_JOBS = {
  name: 'claim-jobs',
  text: `WITH oldest AS (
     SELECT job.instance_id, job.element_instance_id
     FROM unnest($1::text[], $2::text[], $6::integer[]) AS kind(tenant_id, job_type, most)
     CROSS JOIN LATERAL (
       SELECT instance_id, element_instance_id, queued_at FROM job
       WHERE job.tenant_id = kind.tenant_id AND job.job_type = kind.job_type
         AND (claimed_until IS NULL OR claimed_until <= clock_timestamp())
       ORDER BY queued_at LIMIT kind.most
       FOR UPDATE SKIP LOCKED) AS job
     ORDER BY row_number() OVER (PARTITION BY kind.tenant_id ORDER BY job.queued_at), job.queued_at LIMIT $3::integer),
   claimed AS (
     UPDATE job SET claimed_by = $4::integer, claimed_until = now() + $5::float8 * interval '1 ms'
     FROM oldest
     WHERE job.instance_id = oldest.instance_id AND job.element_instance_id = oldest.element_instance_id
     RETURNING job.instance_id, job.element_instance_id, job.tenant_id, job.job_type, job.queued_at, job.claimed_until)
   SELECT claimed.instance_id, claimed.element_instance_id, claimed.tenant_id, claimed.job_type,
     claimed.claimed_until::text AS claim, instance.guid
   FROM claimed JOIN process_instance AS instance ON instance.id = claimed.instance_id
   ORDER BY claimed.queued_at`,
};

/** Those of the kinds $1, $2 of which a job can be claimed: one probe of the index each. */
export const OPEN_KINDS = {
  name: 'open-kinds',
  text: `SELECT kind.tenant_id, kind.job_type
   FROM unnest($1::text[], $2::text[]) AS kind(tenant_id, job_type)
   CROSS JOIN LATERAL (
     SELECT FROM job
     WHERE job.tenant_id = kind.tenant_id AND job.job_type = kind.job_type
       AND (claimed_until IS NULL OR claimed_until <= clock_timestamp())
     ORDER BY queued_at LIMIT 1) AS job`,
};

/** The claims $3 of the rows ($1, $2) end now. */
export const GIVE_BACK_JOBS = {
  name: 'give-back-jobs',
  text: `UPDATE job SET claimed_by = NULL, claimed_until = NULL
   FROM unnest($1::bigint[], $2::integer[], $3::text[]) AS given(instance_id, element_instance_id, claim)
   WHERE job.instance_id = given.instance_id AND job.element_instance_id = given.element_instance_id
     AND job.claimed_until = given.claim::timestamptz`,
};

/** Only under the claims $3: a row that was queued anew meanwhile has none. */
export const DISCARD_JOBS = {
  name: 'discard-jobs',
  text: `DELETE FROM job
   USING unnest($1::bigint[], $2::integer[], $3::text[]) AS gone(instance_id, element_instance_id, claim)
   WHERE job.instance_id = gone.instance_id AND job.element_instance_id = gone.element_instance_id
     AND job.claimed_until = gone.claim::timestamptz`,
};
