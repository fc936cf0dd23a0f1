/**
 * Instances and what grows with them. No foreign keys and few indexes: each costs every step. `instance_id` leads every
 * primary key: it is the shard key. Columns that change with every step are in no index, so that updates stay on their
 * page (HOT), for which fillfactor leaves room: of three updates two are HOT with 45, less than one with 80, and the table is
 * no larger for it (measured: 150 instead of 188 us of Postgres for three tasks). `owner_node` changes only as attempts begin
 * and end.
 * User-chosen keys are indexed by hash: they may be longer than an index entry.
 */
export const INSTANCES = `
CREATE SEQUENCE id_block AS bigint INCREMENT BY 10000 START WITH 10000 MINVALUE 10000;

CREATE TABLE process_instance (
  id bigint NOT NULL,
  tenant_id text NOT NULL,
  guid text NOT NULL,
  definition_id bigint NOT NULL,
  definition_version integer NOT NULL,
  process_key text NOT NULL,
  business_key text,
  context_type_id bigint,
  context_id text,
  execution_mode text NOT NULL,
  status text NOT NULL,
  version integer NOT NULL,
  owner_node integer,
  current_activity_id text,
  started_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  ended_at timestamptz,
  state json NOT NULL,
  variables json NOT NULL,
  CONSTRAINT process_instance_pkey PRIMARY KEY (id),
  -- The guid first: it alone says nearly all, and no plan can mistake another index that begins with the tenant for this one.
  CONSTRAINT process_instance_guid_key UNIQUE (guid, tenant_id)
) WITH (fillfactor = 45, autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX process_instance_started_at ON process_instance (tenant_id, started_at, id);
CREATE INDEX process_instance_definition ON process_instance (definition_id, started_at, id);
-- The few that are not completed. The status changes about when owner_node does, so this spoils few HOT updates more.
CREATE INDEX process_instance_open ON process_instance (tenant_id, status, started_at, id) WHERE status <> 'completed';
CREATE INDEX process_instance_owner_node ON process_instance (owner_node) WHERE owner_node IS NOT NULL;
CREATE INDEX process_instance_business_key ON process_instance (tenant_id, hashtextextended(business_key, 0)) WHERE business_key IS NOT NULL;

CREATE TABLE instance_scope (
  instance_id bigint NOT NULL,
  scope_id integer NOT NULL,
  state json NOT NULL,
  CONSTRAINT instance_scope_pkey PRIMARY KEY (instance_id, scope_id)
) WITH (fillfactor = 80);

CREATE TABLE activity (
  instance_id bigint NOT NULL,
  sequence integer NOT NULL,
  element_id text NOT NULL,
  element_type text NOT NULL,
  status text NOT NULL,
  scope_element_instance_id integer,
  taken_flow_ids json NOT NULL,
  attempts integer NOT NULL,
  version integer NOT NULL,
  effect_index integer NOT NULL,
  started_at timestamptz NOT NULL,
  ended_at timestamptz NOT NULL,
  CONSTRAINT activity_pkey PRIMARY KEY (instance_id, sequence, ended_at)
) PARTITION BY RANGE (ended_at);
CREATE TABLE activity_default PARTITION OF activity DEFAULT;

CREATE TABLE task_attempt (
  instance_id bigint NOT NULL,
  version integer NOT NULL,
  effect_index integer NOT NULL,
  element_instance_id integer NOT NULL,
  task_id text NOT NULL,
  attempt integer NOT NULL,
  outcome text NOT NULL,
  error_code text,
  error_message text,
  details json,
  started_at timestamptz NOT NULL,
  ended_at timestamptz NOT NULL,
  CONSTRAINT task_attempt_pkey PRIMARY KEY (instance_id, version, effect_index)
);

CREATE TABLE incident (
  instance_id bigint NOT NULL,
  version integer NOT NULL,
  effect_index integer NOT NULL,
  element_instance_id integer NOT NULL,
  element_id text NOT NULL,
  code text NOT NULL,
  message text NOT NULL,
  kind text NOT NULL,
  attempt integer NOT NULL,
  details json,
  decision_action text NOT NULL,
  decision_reason text NOT NULL,
  opened_at timestamptz NOT NULL,
  resolved_at timestamptz,
  resolution text,
  CONSTRAINT incident_pkey PRIMARY KEY (instance_id, version, effect_index)
);
CREATE INDEX incident_open ON incident (instance_id, element_instance_id) WHERE resolved_at IS NULL;
CREATE INDEX incident_open_element ON incident (element_id) WHERE resolved_at IS NULL;

-- Aborts the transaction unless a statement met as many rows as it should.
CREATE FUNCTION expect_rows(met bigint, expected bigint) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  IF met <> expected THEN
    RAISE EXCEPTION USING ERRCODE = 'RP001', MESSAGE = format('Expected %s rows, but met %s', expected, met);
  END IF;
  RETURN true;
END $$;

-- The value at a path as text; null where there is none. What cannot be text in Postgres (U+0000, half a surrogate pair; JSON
-- writes both as escapes) counts as U+FFFD, wherever in the document it is: Postgres refuses to read such a document at all.
CREATE FUNCTION json_text_at(document json, path text[]) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL RESTRICTED AS $$
BEGIN
  RETURN document #>> path;
EXCEPTION WHEN untranslatable_character OR invalid_text_representation THEN
  RETURN regexp_replace(document::text, '\\\\u(0000|d[89a-f][0-9a-f]{2})', '\uFFFD', 'gi')::json #>> path;
END $$;
`;
