/** What recovery that works by itself adds: decisions beside attempts and incidents, retries that a circuit holds back, jobs. */
export const RECOVERY = `
ALTER TABLE task_attempt ADD COLUMN error_class text, ADD COLUMN decision_action text, ADD COLUMN decision_reason text,
  ADD COLUMN worker text;
ALTER TABLE incident ADD COLUMN error_class text, ADD COLUMN parked_for text, ADD COLUMN parked_tenant_id text;
CREATE INDEX incident_parked ON incident (parked_tenant_id, parked_for, opened_at)
  WHERE resolved_at IS NULL AND parked_for IS NOT NULL;

-- A retry that its circuit holds back keeps its time: whether it is held stands beside it.
ALTER TABLE timer_job ADD COLUMN tenant_id text, ADD COLUMN circuit text, ADD COLUMN held boolean NOT NULL DEFAULT false,
  ADD COLUMN probe boolean NOT NULL DEFAULT false;
UPDATE timer_job SET tenant_id = instance.tenant_id FROM process_instance AS instance WHERE instance.id = timer_job.instance_id;
DELETE FROM timer_job WHERE tenant_id IS NULL;
ALTER TABLE timer_job ALTER COLUMN tenant_id SET NOT NULL;
DROP INDEX timer_job_due_at;
CREATE INDEX timer_job_due_at ON timer_job (due_at) WHERE NOT held;
CREATE INDEX timer_job_tenant ON timer_job (tenant_id, due_at) WHERE NOT held;
CREATE INDEX timer_job_held ON timer_job (tenant_id, circuit, due_at) WHERE held;

CREATE INDEX timer_job_retry ON timer_job (tenant_id, circuit, instance_id) WHERE kind = 'retry';

-- The work of an attempt that a worker may take; the row goes when one does.
CREATE TABLE job (
  instance_id bigint NOT NULL,
  element_instance_id integer NOT NULL,
  tenant_id text NOT NULL,
  job_type text NOT NULL,
  queued_at timestamptz NOT NULL,
  claimed_until timestamptz,
  claimed_by integer,
  CONSTRAINT job_pkey PRIMARY KEY (instance_id, element_instance_id)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
CREATE INDEX job_type ON job (tenant_id, job_type, queued_at);
`;
