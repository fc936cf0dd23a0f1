/** What makes the audit trail quick to search, and provable after its oldest weeks are gone. */
export const AUDIT = {
  up: `
-- One for each filter that may find little: newest first within what it names, without sorting. Written by thirties,
-- an entry takes the database 31 us of CPU instead of 18; a start, which is written most and has but two of them, 26 instead of 19.
CREATE INDEX audit_entry_actor ON audit_entry (tenant_id, actor_id, at, id);
CREATE INDEX audit_entry_claimed ON audit_entry (tenant_id, actor_claimed, at, id) WHERE actor_claimed IS NOT NULL;
CREATE INDEX audit_entry_action ON audit_entry (tenant_id, action, at, id) WHERE action <> 'StartProcessInstance';
CREATE INDEX audit_entry_task ON audit_entry (tenant_id, task_id, at, id) WHERE task_id IS NOT NULL;
CREATE INDEX audit_entry_process ON audit_entry (tenant_id, process_key, at, id) WHERE process_key IS NOT NULL;
CREATE INDEX audit_entry_outcome ON audit_entry (tenant_id, outcome, at, id) WHERE outcome <> 'succeeded';

-- Signed statements of which sealed entries were removed; their seals stay.
CREATE TABLE audit_removal (
  tenant_id text NOT NULL,
  id bigint NOT NULL,
  statement json NOT NULL,
  CONSTRAINT audit_removal_pkey PRIMARY KEY (tenant_id, id)
);
SELECT protect_append_only('audit_removal');
`,
  down: `
DROP TABLE audit_removal;
DROP INDEX audit_entry_actor, audit_entry_claimed, audit_entry_action, audit_entry_task, audit_entry_process, audit_entry_outcome;
`,
};
