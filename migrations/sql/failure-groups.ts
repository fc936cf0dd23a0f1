/**
 * Incidents by cause. A count is spread over rows, one for each server process's connection (`writer`): transactions that open and
 * settle failures of one cause at once never wait for each other, and the sum of the rows is exact in every snapshot. Rows of past
 * hours are folded together.
 */
export const FAILURE_GROUPS = {
  up: `
CREATE TABLE failure_group (
  fingerprint text NOT NULL CONSTRAINT failure_group_pkey PRIMARY KEY,
  tenant_id text NOT NULL,
  definition_id bigint NOT NULL,
  process_key text NOT NULL,
  element_id text NOT NULL,
  code text NOT NULL,
  error_class text NOT NULL,
  pattern text NOT NULL,
  first_seen_at timestamptz NOT NULL,
  state text NOT NULL DEFAULT 'open',
  snoozed_until timestamptz,
  owner text,
  note text,
  changed_at timestamptz,
  changed_by text
);
CREATE INDEX failure_group_tenant ON failure_group (tenant_id);

CREATE TABLE failure_count (
  fingerprint text NOT NULL,
  definition_version integer NOT NULL,
  hour timestamptz NOT NULL,
  writer integer NOT NULL,
  opened bigint NOT NULL,
  settled bigint NOT NULL,
  last_opened_at timestamptz,
  CONSTRAINT failure_count_pkey PRIMARY KEY (fingerprint, definition_version, hour, writer)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX failure_count_hour ON failure_count (hour);

ALTER TABLE incident ADD COLUMN fingerprint text, ADD COLUMN definition_version integer;

-- What was open before there were groups: by its whole message, but for its digits.
UPDATE incident SET definition_version = instance.definition_version,
  fingerprint = left(encode(sha256(convert_to(concat_ws(chr(10), instance.tenant_id, instance.definition_id, incident.element_id,
    incident.code, coalesce(incident.error_class, 'UNKNOWN'), left(regexp_replace(incident.message, '[0-9]+', '<n>', 'g'), 300)), 'UTF8')), 'hex'), 24)
FROM process_instance AS instance WHERE instance.id = incident.instance_id AND incident.resolved_at IS NULL;
INSERT INTO failure_group (fingerprint, tenant_id, definition_id, process_key, element_id, code, error_class, pattern, first_seen_at)
SELECT incident.fingerprint, min(instance.tenant_id), min(instance.definition_id), min(instance.process_key), min(incident.element_id),
  min(incident.code), min(coalesce(incident.error_class, 'UNKNOWN')),
  min(left(regexp_replace(incident.message, '[0-9]+', '<n>', 'g'), 300)), min(incident.opened_at)
FROM incident JOIN process_instance AS instance ON instance.id = incident.instance_id
WHERE incident.fingerprint IS NOT NULL GROUP BY incident.fingerprint;
INSERT INTO failure_count (fingerprint, definition_version, hour, writer, opened, settled, last_opened_at)
SELECT fingerprint, definition_version, date_trunc('hour', min(opened_at), 'UTC'), 0, count(*), 0, max(opened_at)
FROM incident WHERE fingerprint IS NOT NULL GROUP BY fingerprint, definition_version;

CREATE INDEX incident_open_fingerprint ON incident (fingerprint, opened_at, instance_id) WHERE resolved_at IS NULL;
`,
  down: `
DROP INDEX incident_open_fingerprint;
ALTER TABLE incident DROP COLUMN fingerprint, DROP COLUMN definition_version;
DROP TABLE failure_count, failure_group;
`,
};
