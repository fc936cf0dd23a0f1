/**
 * The key is ours where it is new, or where its claim was given up without an effect: by a node that is dead, or by this
 * one (the store claims only what it does not execute now). One round trip for every first use; a row that another request inserts
 * at the same moment is waited for by ON CONFLICT, so that one of both gets it.
 */
export const CLAIM_IDEMPOTENCY_KEY = {
  name: 'claim-idempotency-key',
  text: `INSERT INTO idempotency_record AS record (tenant_id, key, request_hash, node) VALUES ($1, $2, $3, $4::integer)
   ON CONFLICT (tenant_id, key) DO UPDATE SET node = excluded.node, claimed_at = now()
   WHERE record.request_hash = excluded.request_hash AND record.body IS NULL AND record.applied_at IS NULL
     AND (record.node = excluded.node
       OR NOT EXISTS (SELECT FROM server_node WHERE server_node.node = record.node AND dead_at IS NULL))
   RETURNING key`,
};

/** What stands in the way of a claim. */
export const READ_IDEMPOTENCY_KEY = {
  name: 'read-idempotency-key',
  text: `SELECT request_hash, node, applied_at IS NOT NULL AS applied, instance_guid, http_status, body,
     EXISTS (SELECT FROM server_node WHERE server_node.node = record.node AND dead_at IS NULL) AS alive
   FROM idempotency_record AS record WHERE tenant_id = $1 AND key = $2`,
};

/** The first answer stands. */
export const STORE_ANSWER = {
  name: 'store-answer',
  text: 'UPDATE idempotency_record SET http_status = $3::integer, body = $4 WHERE tenant_id = $1 AND key = $2 AND body IS NULL',
};

/** Not where a step was committed under the key after all: then its effect must not be repeated. */
export const RELEASE_IDEMPOTENCY_KEY = {
  name: 'release-idempotency-key',
  text: 'DELETE FROM idempotency_record WHERE tenant_id = $1 AND key = $2 AND applied_at IS NULL AND body IS NULL',
};

export const DELETE_OLD_KEYS = {
  name: 'delete-old-keys',
  text: `DELETE FROM idempotency_record WHERE claimed_at < now() - $1::float8 * interval '1 ms'`,
};
