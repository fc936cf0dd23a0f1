/**
 * Due deliveries of active webhooks, each webhook's oldest first; `webhook_delivery_due` serves it. $4: so many at once for one webhook
 * on all nodes, as far as they see each other's claims. The lease is on the database's clock.
 */
export const CLAIM_DELIVERIES = `
  WITH chosen AS (
    SELECT due.webhook_id, due.entry_id, webhook.url, webhook.secret
    FROM webhook, LATERAL (
      SELECT webhook_id, entry_id FROM webhook_delivery AS delivery
      WHERE delivery.webhook_id = webhook.id AND state = 'pending' AND due_at <= $2::timestamptz
        AND (claimed_until IS NULL OR claimed_until < clock_timestamp())
      ORDER BY due_at, entry_id
      LIMIT greatest(0, $4::integer - (
        SELECT count(*) FROM webhook_delivery AS claimed
        WHERE claimed.webhook_id = webhook.id AND claimed.state = 'pending' AND claimed.claimed_until >= clock_timestamp()))
      FOR UPDATE OF delivery SKIP LOCKED) AS due
    WHERE webhook.is_active LIMIT $5::integer),
  claimed AS (
    UPDATE webhook_delivery AS delivery
    SET claimed_by = $1::integer, claimed_until = clock_timestamp() + $3::float8 * interval '1 millisecond', attempt = attempt + 1
    FROM chosen WHERE delivery.webhook_id = chosen.webhook_id AND delivery.entry_id = chosen.entry_id
    RETURNING delivery.webhook_id AS "webhookId", delivery.entry_id AS "entryId", tenant_id AS "tenantId", event, body, attempt,
      (extract(epoch FROM queued_at) * 1000)::float8 AS "queuedAt", url, secret)
  SELECT * FROM claimed`;

/** Active webhooks with entries of their tenant behind their position, of transactions that are surely finished. */
export const WEBHOOKS_BEHIND = `
  SELECT id FROM webhook
  WHERE is_active AND EXISTS (
    SELECT FROM audit_entry AS entry
    WHERE entry.tenant_id = webhook.tenant_id AND (entry.xact_id, entry.id) > (webhook.position_xact_id, webhook.position_entry_id)
      AND entry.xact_id < pg_snapshot_xmin(pg_current_snapshot())::text::bigint)
  ORDER BY id`;

export const INSERT_DELIVERIES = `
  INSERT INTO webhook_delivery (webhook_id, entry_id, tenant_id, event, body, due_at, queued_at, created_at)
  SELECT $1::bigint, entry_id, $2::text, event, body, $6::timestamptz, $6::timestamptz, $6::timestamptz
  FROM unnest($3::bigint[], $4::text[], $5::text[]) AS told(entry_id, event, body)`;

/** Each webhook of a tenant with what it has not received. */
export const LIST_WEBHOOKS = `
  SELECT webhook.id, webhook.tenant_id AS "tenantId", url, events, comment, is_active AS "isActive", created_by AS "createdBy",
    webhook.created_at AS "createdAt", coalesce(pending, 0) AS pending, coalesce(parked, 0) AS parked,
    last_status AS "lastStatus", last_error AS "lastError"
  FROM webhook
  LEFT JOIN LATERAL (
    SELECT count(*) FILTER (WHERE state = 'pending') AS pending, count(*) FILTER (WHERE state = 'parked') AS parked
    FROM webhook_delivery WHERE webhook_id = webhook.id) AS counted ON true
  LEFT JOIN LATERAL (
    SELECT last_status, last_error FROM webhook_delivery
    WHERE webhook_id = webhook.id AND last_attempt_at IS NOT NULL ORDER BY last_attempt_at DESC LIMIT 1) AS failed ON true
  WHERE webhook.tenant_id = $1::text ORDER BY webhook.id`;
