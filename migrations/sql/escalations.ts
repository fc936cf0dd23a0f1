/** When a tenant is told of groups of failures that nobody looks after, and which groups were told of. Known ones are no news. */
export const ESCALATIONS = {
  up: `
CREATE TABLE escalation_rule (
  tenant_id text NOT NULL CONSTRAINT escalation_rule_pkey PRIMARY KEY,
  older_than_ms bigint NOT NULL,
  min_count integer NOT NULL,
  repeat_every_ms bigint NOT NULL,
  comment text,
  set_by text NOT NULL,
  set_at timestamptz NOT NULL
);
ALTER TABLE failure_group ADD COLUMN announced_at timestamptz, ADD COLUMN escalated_at timestamptz;
UPDATE failure_group SET announced_at = first_seen_at;
CREATE INDEX failure_group_new ON failure_group (first_seen_at) WHERE announced_at IS NULL;
`,
  down: `
DROP INDEX failure_group_new;
ALTER TABLE failure_group DROP COLUMN announced_at, DROP COLUMN escalated_at;
DROP TABLE escalation_rule;
`,
};
