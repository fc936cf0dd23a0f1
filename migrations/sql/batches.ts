/** Commands on many instances. Each item is marked in the very transaction of its step: no item is acted on twice. */
export const BATCHES = {
  up: `
CREATE TABLE batch (
  id bigint NOT NULL CONSTRAINT batch_pkey PRIMARY KEY,
  tenant_id text NOT NULL,
  kind text NOT NULL,
  parameters json NOT NULL,
  selection json NOT NULL,
  options json NOT NULL,
  reason text,
  status text NOT NULL,
  status_reason text,
  canary text,
  caller json NOT NULL,
  repeat_of bigint,
  total integer NOT NULL,
  created_at timestamptz NOT NULL,
  ended_at timestamptz,
  active_ms double precision NOT NULL DEFAULT 0,
  owner_node integer,
  leased_until timestamptz
) WITH (fillfactor = 50);
CREATE INDEX batch_tenant ON batch (tenant_id, id);
CREATE INDEX batch_active ON batch (id) WHERE status IN ('running', 'aborting');

CREATE TABLE batch_item (
  batch_id bigint NOT NULL,
  item_no integer NOT NULL,
  instance_id bigint,
  instance_guid text NOT NULL,
  element_instance_id integer,
  attempt integer,
  task_id text,
  status_before text,
  state text NOT NULL DEFAULT 'pending',
  status_after text,
  error_code text,
  error_message text,
  reason text,
  started_at timestamptz,
  ended_at timestamptz,
  CONSTRAINT batch_item_pkey PRIMARY KEY (batch_id, item_no)
) WITH (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX batch_item_unended ON batch_item (batch_id, state, item_no) WHERE state IN ('pending', 'running');
`,
  down: 'DROP TABLE batch_item, batch;',
};
