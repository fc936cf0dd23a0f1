/** Rows of what waits: timers and messages. */
export const WAITS = `
CREATE TABLE timer_job (
  instance_id bigint NOT NULL,
  element_instance_id integer NOT NULL,
  timer_node_id text NOT NULL,
  kind text NOT NULL,
  due_at timestamptz NOT NULL,
  claimed_until timestamptz,
  claimed_by integer,
  CONSTRAINT timer_job_pkey PRIMARY KEY (instance_id, element_instance_id, timer_node_id)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
CREATE INDEX timer_job_due_at ON timer_job (due_at);

CREATE TABLE message_subscription (
  instance_id bigint NOT NULL,
  element_instance_id integer NOT NULL,
  tenant_id text NOT NULL,
  instance_guid text NOT NULL,
  node_id text NOT NULL,
  message_name text NOT NULL,
  correlation_key text NOT NULL,
  CONSTRAINT message_subscription_pkey PRIMARY KEY (instance_id, element_instance_id)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
CREATE INDEX message_subscription_correlation_key ON message_subscription (tenant_id, hashtextextended(correlation_key, 0));

CREATE TABLE message_buffer (
  id bigint NOT NULL,
  tenant_id text NOT NULL,
  name text NOT NULL,
  correlation_key text NOT NULL,
  variables json NOT NULL,
  expires_at timestamptz NOT NULL,
  CONSTRAINT message_buffer_pkey PRIMARY KEY (id)
);
CREATE INDEX message_buffer_correlation_key ON message_buffer (tenant_id, hashtextextended(correlation_key, 0));
CREATE INDEX message_buffer_expires_at ON message_buffer (expires_at);
`;
