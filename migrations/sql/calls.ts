/** What processes that call each other, and run again, add: who called an instance, and what one has to bring about at another. */
export const CALLS = `
ALTER TABLE process_instance ADD COLUMN parent_instance_id bigint, ADD COLUMN called_by json, ADD COLUMN start_variables json;
CREATE INDEX process_instance_parent ON process_instance (parent_instance_id, id) WHERE parent_instance_id IS NOT NULL;

-- A child to start or to cancel, or an end to tell; gone as soon as it is done. Not swept with its instance: it outlives it.
CREATE TABLE instance_call (
  instance_id bigint NOT NULL,
  element_instance_id integer NOT NULL,
  tenant_id text NOT NULL,
  kind text NOT NULL,
  process_key text,
  run integer,
  queued_at timestamptz NOT NULL,
  claimed_until timestamptz,
  claimed_by integer,
  CONSTRAINT instance_call_pkey PRIMARY KEY (instance_id, element_instance_id)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
CREATE INDEX instance_call_queued_at ON instance_call (queued_at);
`;

export const WITHOUT_CALLS = `
DROP TABLE instance_call;
DROP INDEX process_instance_parent;
ALTER TABLE process_instance DROP COLUMN parent_instance_id, DROP COLUMN called_by, DROP COLUMN start_variables;
`;
