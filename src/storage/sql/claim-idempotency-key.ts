/** One round trip for every first use; a row that another request inserts at the same moment is waited for by ON CONFLICT. */
export const CLAIM_IDEMPOTENCY_KEY = {
  name: 'claim-idempotency-key',
  text: `INSERT INTO idempotency_record (tenant_id, key, request_hash, claim) VALUES ($1, $2, $3, $4::uuid)
   ON CONFLICT (tenant_id, key) DO NOTHING`,
};

/**
 * A claim that nobody has renewed for one lease ($5 ms) was given up, be it that its executor died or never heard that it had
 * it; after a restart of the database nobody could renew, so one lease is waited for first. Not where it had an effect.
 */
export const TAKE_OVER_IDEMPOTENCY_KEY = {
  name: 'take-over-idempotency-key',
  text: `UPDATE idempotency_record SET claim = $4::uuid, claimed_at = clock_timestamp()
   WHERE tenant_id = $1 AND key = $2 AND request_hash = $3 AND body IS NULL AND applied_at IS NULL
     AND claimed_at < clock_timestamp() - $5::float8 * interval '1 ms'
     AND pg_postmaster_start_time() < clock_timestamp() - $5::float8 * interval '1 ms'`,
};

/** What stands in the way of a claim. Given up: not renewed for one lease ($3 ms). */
export const READ_IDEMPOTENCY_KEY = {
  name: 'read-idempotency-key',
  text: `SELECT request_hash, claim::text, applied_at IS NOT NULL AS applied, instance_guid, http_status, body,
     claimed_at < clock_timestamp() - $3::float8 * interval '1 ms'
       AND pg_postmaster_start_time() < clock_timestamp() - $3::float8 * interval '1 ms' AS given_up
   FROM idempotency_record WHERE tenant_id = $1 AND key = $2`,
};

/** Each for itself: a claim that is another's by now stays as it is. */
export const RENEW_CLAIMS = {
  name: 'renew-claims',
  text: `UPDATE idempotency_record AS record SET claimed_at = clock_timestamp()
   FROM unnest($1::text[], $2::text[], $3::text[]) AS held(tenant_id, key, claim)
   WHERE record.tenant_id = held.tenant_id AND record.key = held.key AND record.claim = held.claim::uuid AND record.body IS NULL`,
};

/** The first answer stands, and is given back to whoever brings another; it must come from who holds the claim. */
export const STORE_ANSWER = {
  name: 'store-answer',
  text: `UPDATE idempotency_record SET http_status = coalesce(http_status, $4::integer), body = coalesce(body, $5)
   WHERE tenant_id = $1 AND key = $2 AND (claim = $3::uuid OR body IS NOT NULL)
   RETURNING http_status, body`,
};

/** Not where a step was committed under the claim after all: then its effect must not be repeated. */
export const RELEASE_IDEMPOTENCY_KEY = {
  name: 'release-idempotency-key',
  text: `DELETE FROM idempotency_record
   WHERE tenant_id = $1 AND key = $2 AND claim = $3::uuid AND applied_at IS NULL AND body IS NULL`,
};

export const DELETE_OLD_KEYS = {
  name: 'delete-old-keys',
  text: `DELETE FROM idempotency_record WHERE claimed_at < now() - $1::float8 * interval '1 ms'`,
};
