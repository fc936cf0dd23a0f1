/**
 * What looking back needs: which variables each step wrote, what a visit was given, how many visits had been entered by then, and
 * which instance was begun again from another. By weeks, as `activity` is. Only changes are rows: what variables were follows
 * from what they are, backwards, so that an instance which writes none has no row at all.
 */
export const HISTORY = `
CREATE TABLE variable_write (
  instance_id bigint NOT NULL,
  version integer NOT NULL,
  write_index integer NOT NULL,
  element_instance_id integer,
  cause text NOT NULL,
  entered integer NOT NULL,
  -- By name; null: there was none of them, or is none any more.
  before json,
  after json,
  -- Values that are too large to be kept, by their size and hash.
  omitted json,
  at timestamptz NOT NULL,
  CONSTRAINT variable_write_pkey PRIMARY KEY (instance_id, version, write_index, at)
) PARTITION BY RANGE (at);
CREATE TABLE variable_write_default PARTITION OF variable_write DEFAULT;

-- Null: written before this migration.
ALTER TABLE activity ADD COLUMN entered integer, ADD COLUMN input json;
ALTER TABLE task_attempt ADD COLUMN input json;

ALTER TABLE process_instance ADD COLUMN has_history boolean NOT NULL DEFAULT false, ADD COLUMN restarted_from_id bigint,
  ADD COLUMN restarted_from json;
CREATE INDEX process_instance_restarted_from ON process_instance (restarted_from_id, id) WHERE restarted_from_id IS NOT NULL;
`;

export const WITHOUT_HISTORY = `
DROP INDEX process_instance_restarted_from;
ALTER TABLE process_instance DROP COLUMN has_history, DROP COLUMN restarted_from_id, DROP COLUMN restarted_from;
ALTER TABLE task_attempt DROP COLUMN input;
ALTER TABLE activity DROP COLUMN entered, DROP COLUMN input;
DROP TABLE variable_write;
`;
