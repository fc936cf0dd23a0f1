/**
 * Who is told of what. A webhook's position is the last entry of the audit trail that was looked at for it; what it is to be told is a
 * row until it has been received.
 */
export const WEBHOOKS = {
  up: `
CREATE TABLE webhook (
  id bigint NOT NULL CONSTRAINT webhook_pkey PRIMARY KEY,
  tenant_id text NOT NULL,
  url text NOT NULL,
  events json NOT NULL,
  secret text NOT NULL,
  comment text,
  is_active boolean NOT NULL DEFAULT true,
  position_xact_id bigint NOT NULL,
  position_entry_id bigint NOT NULL,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL
) WITH (fillfactor = 50);
CREATE INDEX webhook_tenant ON webhook (tenant_id);

CREATE TABLE webhook_delivery (
  webhook_id bigint NOT NULL REFERENCES webhook ON DELETE CASCADE,
  entry_id bigint NOT NULL,
  tenant_id text NOT NULL,
  event text NOT NULL,
  body text NOT NULL,
  attempt integer NOT NULL DEFAULT 0,
  state text NOT NULL DEFAULT 'pending',
  due_at timestamptz NOT NULL,
  claimed_until timestamptz,
  claimed_by integer,
  last_status integer,
  last_error text,
  last_attempt_at timestamptz,
  queued_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL,
  CONSTRAINT webhook_delivery_pkey PRIMARY KEY (webhook_id, entry_id)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX webhook_delivery_due ON webhook_delivery (webhook_id, due_at) WHERE state = 'pending';
CREATE INDEX webhook_delivery_parked ON webhook_delivery (webhook_id, entry_id) WHERE state = 'parked';
`,
  down: 'DROP TABLE webhook_delivery, webhook;',
};
