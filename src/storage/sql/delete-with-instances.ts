/**
 * What goes with the instances `gone` (id, started_at), as CTEs of the statement that deletes them: every table whose rows
 * belong to one. No visit ends before its instance began, and no variable is written, so the weeks before need not be looked into.
 */
export const DELETE_WITH_INSTANCES = `
  scopes AS (DELETE FROM instance_scope USING gone WHERE instance_id = gone.id),
  activities AS (DELETE FROM activity USING gone WHERE instance_id = gone.id AND activity.ended_at >= gone.started_at),
  writes AS (DELETE FROM variable_write USING gone WHERE instance_id = gone.id AND at >= gone.started_at),
  attempts AS (DELETE FROM task_attempt USING gone WHERE instance_id = gone.id),
  incidents AS (DELETE FROM incident USING gone WHERE instance_id = gone.id),
  jobs AS (DELETE FROM job USING gone WHERE instance_id = gone.id),
  timers AS (DELETE FROM timer_job USING gone WHERE instance_id = gone.id),
  subscriptions AS (DELETE FROM message_subscription USING gone WHERE instance_id = gone.id)`;
