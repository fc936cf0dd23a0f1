/** Asked before every command of an operator: a prepared statement on the engine's pool, of a table that is small or empty. */
export const LIST_POLICIES = {
  name: 'list-operator-policies',
  text: `SELECT nullif(process_key, '') AS "processKey", nullif(task_id, '') AS "taskId", rules, comment, set_by AS "setBy",
     set_at AS "setAt"
   FROM operator_policy WHERE tenant_id = $1::text ORDER BY process_key, task_id`,
};
