/** Limits that all nodes share: what was set, with the bucket of each rate, and who holds permits of it. */
export const LIMITS = `
CREATE SEQUENCE task_limit_revision;
CREATE TABLE task_limit (
  tenant_id text NOT NULL,
  key text NOT NULL,
  max_concurrent integer,
  rate_per_second double precision,
  comment text,
  set_by text NOT NULL,
  set_at timestamptz NOT NULL DEFAULT now(),
  revision bigint NOT NULL DEFAULT nextval('task_limit_revision'::regclass),
  tokens double precision NOT NULL DEFAULT 1,
  refilled_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT task_limit_pkey PRIMARY KEY (tenant_id, key),
  CONSTRAINT task_limit_limits CHECK (max_concurrent IS NOT NULL OR rate_per_second IS NOT NULL)
) WITH (fillfactor = 50);
ALTER SEQUENCE task_limit_revision OWNED BY task_limit.revision;

-- Of the attempts that a node executes itself; they count as long as the node is not declared dead.
CREATE TABLE limit_permit (
  tenant_id text NOT NULL,
  key text NOT NULL,
  node integer NOT NULL,
  held integer NOT NULL,
  waiting integer NOT NULL,
  CONSTRAINT limit_permit_pkey PRIMARY KEY (tenant_id, key, node)
) WITH (fillfactor = 50);

-- Of a job that a worker has, whichever node handed it out: it counts as long as the worker holds the job.
CREATE TABLE job_permit (
  instance_id bigint NOT NULL,
  element_instance_id integer NOT NULL,
  tenant_id text NOT NULL,
  key text NOT NULL,
  granted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT job_permit_pkey PRIMARY KEY (instance_id, element_instance_id)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
CREATE INDEX job_permit_key ON job_permit (tenant_id, key);
`;

export const WITHOUT_LIMITS = 'DROP TABLE job_permit, limit_permit, task_limit;';
