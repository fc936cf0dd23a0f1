/**
 * Correlation keys are looked up by their hash, since users choose them and they may be longer than an index entry; the
 * key itself is compared after that.
 */
export const FIND_SUBSCRIPTIONS = {
  name: 'find-subscriptions',
  text: `SELECT instance_id, instance_guid, element_instance_id, node_id, message_name, correlation_key FROM message_subscription
   WHERE tenant_id = $1 AND hashtextextended(correlation_key, 0) = hashtextextended($3, 0) AND correlation_key = $3
     AND ($2::text IS NULL OR message_name = $2)
   ORDER BY instance_id, element_instance_id`,
};

export const BUFFER_MESSAGE = {
  name: 'buffer-message',
  text: `INSERT INTO message_buffer (id, tenant_id, name, correlation_key, variables, expires_at)
   VALUES ($1::bigint, $2, $3, $4, $5::json, $6::timestamptz)`,
};

/** Ordered by an expression: by `id` alone, a plan made on an empty table would walk the primary key through all messages of everybody. */
export const FIND_BUFFERED = {
  name: 'find-buffered',
  text: `SELECT id, name, correlation_key, variables FROM message_buffer
   WHERE tenant_id = $1 AND hashtextextended(correlation_key, 0) = hashtextextended($3, 0) AND correlation_key = $3 AND name = $2
     AND expires_at > $4::timestamptz
   ORDER BY id + 0 LIMIT 1`,
};

/**
 * Rare: after a server has ended, not with every message. Walks the buffer by age and probes the subscriptions by the hash of
 * their key.
 */
export const FIND_DELIVERABLE = {
  name: 'find-deliverable',
  text: `SELECT message.id, message.name, message.correlation_key, message.variables, message.tenant_id,
     waiting.instance_guid, waiting.element_instance_id
   FROM message_buffer AS message
   CROSS JOIN LATERAL (SELECT instance_guid, element_instance_id FROM message_subscription AS subscription
     WHERE subscription.tenant_id = message.tenant_id AND subscription.message_name = message.name
       AND hashtextextended(subscription.correlation_key, 0) = hashtextextended(message.correlation_key, 0)
       AND subscription.correlation_key = message.correlation_key
     ORDER BY instance_id, element_instance_id LIMIT 1) AS waiting
   WHERE message.expires_at > $1::timestamptz
   ORDER BY message.id LIMIT $2::integer`,
};

export const DELETE_EXPIRED_MESSAGES = {
  name: 'delete-expired-messages',
  text: 'DELETE FROM message_buffer WHERE expires_at <= $1::timestamptz',
};
