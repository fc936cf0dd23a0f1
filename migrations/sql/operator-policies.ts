/** What operators may do, and what a second person has to agree to. An empty key stands for all of them. */
export const OPERATOR_POLICIES = {
  up: `
CREATE TABLE operator_policy (
  tenant_id text NOT NULL,
  process_key text NOT NULL,
  task_id text NOT NULL,
  rules json NOT NULL,
  comment text,
  set_by text NOT NULL,
  set_at timestamptz NOT NULL,
  CONSTRAINT operator_policy_pkey PRIMARY KEY (tenant_id, process_key, task_id)
);

CREATE TABLE approval (
  id bigint NOT NULL CONSTRAINT approval_pkey PRIMARY KEY,
  tenant_id text NOT NULL,
  command text NOT NULL,
  data json NOT NULL,
  instance_guid text,
  reason text NOT NULL,
  dry_run json NOT NULL,
  status text NOT NULL,
  requested_by text NOT NULL,
  requested_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  decided_by text,
  decided_at timestamptz,
  comment text,
  answer json
);
CREATE INDEX approval_tenant ON approval (tenant_id, id);
CREATE INDEX approval_pending ON approval (expires_at) WHERE status = 'pending';
`,
  down: 'DROP TABLE approval, operator_policy;',
};
