/** A rule about rows: the statement finds those that break it, one text each. $1 is the tenant, or null for all. */
export interface RowCheck {
  readonly check: string;
  readonly rule: string;
  readonly text: string;
}

/** Literal states, so that the partial index `process_instance_open` serves them. */
const LIVING = "instance.status IN ('running', 'waiting', 'error', 'paused')";

/** For how long a node may be silent, and entries unsealed, before it is worth telling. */
const OWNER_GRACE = "interval '1 minute'";
const SEAL_GRACE = "interval '5 minutes'";

const WAITS = `
  SELECT 'timer ' || kind AS what, instance_id, tenant_id FROM timer_job
  UNION ALL SELECT 'job ' || job_type, instance_id, tenant_id FROM job
  UNION ALL SELECT 'subscription ' || message_name, instance_id, tenant_id FROM message_subscription`;

/** The tenants that have seals, one probe of the index each. */
const SEALED_TENANTS = `RECURSIVE sealed(tenant_id) AS (
    SELECT min(tenant_id) FROM audit_seal
    UNION ALL
    SELECT (SELECT min(tenant_id) FROM audit_seal WHERE tenant_id > sealed.tenant_id) FROM sealed WHERE sealed.tenant_id IS NOT NULL)`;

/** Each holds in every committed state: the rows of a step are committed together. None reads what has ended but by its key. */
export const ROW_CHECKS: readonly RowCheck[] = [
  {
    check: 'failure-counts',
    rule: 'Each failure group counts as many open failures as there are.',
    text: `SELECT fingerprint || ': counted ' || coalesce(counted.open, 0) || ', open ' || coalesce(incidents.open, 0) AS example
      FROM (SELECT fingerprint, sum(opened - settled)::bigint AS open FROM failure_count GROUP BY fingerprint) AS counted
      FULL JOIN (
        SELECT fingerprint, count(*) AS open FROM incident WHERE resolved_at IS NULL AND fingerprint IS NOT NULL
        GROUP BY fingerprint) AS incidents USING (fingerprint)
      LEFT JOIN failure_group AS grp USING (fingerprint)
      WHERE coalesce(counted.open, 0) <> coalesce(incidents.open, 0) AND ($1::text IS NULL OR grp.tenant_id = $1)`,
  },
  {
    check: 'errors-have-failures',
    rule: 'Each instance in error has an open failure.',
    text: `SELECT guid AS example FROM process_instance AS instance
      WHERE status = 'error' AND ($1::text IS NULL OR tenant_id = $1)
        AND NOT EXISTS (SELECT FROM incident WHERE instance_id = instance.id AND resolved_at IS NULL)`,
  },
  {
    check: 'failures-have-errors',
    rule: 'Each open failure is of an instance in error, or of one that is paused.',
    text: `SELECT coalesce(instance.guid, incident.instance_id::text) || ' (' || coalesce(instance.status, 'gone') || ')' AS example
      FROM incident LEFT JOIN process_instance AS instance ON instance.id = incident.instance_id
      WHERE incident.resolved_at IS NULL AND coalesce(instance.status, 'gone') NOT IN ('error', 'paused')
        AND ($1::text IS NULL OR instance.tenant_id = $1)`,
  },
  {
    check: 'waits-have-living-instances',
    rule: 'Each timer, job and message subscription is of an instance that has not ended.',
    text: `SELECT wait.what || ' of ' || coalesce(instance.guid, wait.instance_id::text) AS example
      FROM (${WAITS}) AS wait LEFT JOIN process_instance AS instance ON instance.id = wait.instance_id
      WHERE (instance.id IS NULL OR instance.ended_at IS NOT NULL) AND ($1::text IS NULL OR wait.tenant_id = $1)`,
  },
  {
    check: 'living-instances-have-no-end',
    rule: 'No instance that goes on has the time of an end.',
    text: `SELECT guid || ' (' || status || ')' AS example FROM process_instance AS instance
      WHERE ${LIVING} AND ended_at IS NOT NULL AND ($1::text IS NULL OR tenant_id = $1)`,
  },
  {
    check: 'living-instances-have-models',
    rule: 'Each instance that goes on has the version of the model that it was started with.',
    text: `SELECT guid || ' (definition ' || definition_id || ' version ' || definition_version || ')' AS example
      FROM process_instance AS instance
      WHERE ${LIVING} AND ($1::text IS NULL OR tenant_id = $1) AND NOT EXISTS (
        SELECT FROM process_definition_version AS model
        WHERE model.definition_id = instance.definition_id AND model.version = instance.definition_version)`,
  },
  {
    check: 'owners-live',
    rule: 'No attempt has been owned for more than a minute by a server process that is gone.',
    text: `SELECT guid || ' (node ' || owner_node || ')' AS example FROM process_instance AS instance
      WHERE owner_node > 0 AND updated_at < clock_timestamp() - ${OWNER_GRACE} AND ($1::text IS NULL OR tenant_id = $1)
        AND NOT EXISTS (
          SELECT FROM server_node WHERE node = instance.owner_node AND heartbeat_at > clock_timestamp() - ${OWNER_GRACE})`,
  },
  {
    check: 'ended-batches-have-no-open-items',
    rule: 'A batch that has completed or was aborted has no item that is pending or running.',
    text: `SELECT 'batch ' || batch.id || ' (' || batch.status || '): ' || open.items AS example
      FROM (SELECT batch_id, count(*) AS items FROM batch_item WHERE state IN ('pending', 'running') GROUP BY batch_id) AS open
      JOIN batch ON batch.id = open.batch_id
      WHERE batch.status IN ('completed', 'aborted') AND ($1::text IS NULL OR batch.tenant_id = $1)`,
  },
  {
    check: 'audit-chain-heads',
    rule: "Each tenant's audit chain ends where its head says.",
    text: `WITH ${SEALED_TENANTS}
      SELECT 'tenant ' || tenant_id || ': head ' || coalesce(head.seal_no::text, 'missing') || ', seal ' || coalesce(seal.seal_no::text, 'missing') AS example
      FROM (SELECT tenant_id FROM sealed WHERE tenant_id IS NOT NULL UNION SELECT tenant_id FROM audit_chain_head) AS tenant
      LEFT JOIN audit_chain_head AS head USING (tenant_id)
      LEFT JOIN LATERAL (
        SELECT seal_no, hash FROM audit_seal WHERE audit_seal.tenant_id = tenant.tenant_id ORDER BY seal_no DESC LIMIT 1) AS seal ON true
      WHERE (head.seal_no IS DISTINCT FROM seal.seal_no OR head.hash IS DISTINCT FROM seal.hash)
        AND ($1::text IS NULL OR tenant_id = $1)`,
  },
  {
    check: 'audit-sealed',
    rule: 'No entry of the audit trail has been without its seal for more than five minutes.',
    text: `WITH sealed AS (
        SELECT last_xact_id, last_entry_id FROM audit_chain_head ORDER BY last_xact_id DESC, last_entry_id DESC LIMIT 1)
      SELECT 'entry ' || id || ' of tenant ' || tenant_id AS example FROM audit_entry
      WHERE (xact_id, id) > (coalesce((SELECT last_xact_id FROM sealed), 0), coalesce((SELECT last_entry_id FROM sealed), 0))
        AND at < clock_timestamp() - ${SEAL_GRACE} AND ($1::text IS NULL OR tenant_id = $1)`,
  },
];
