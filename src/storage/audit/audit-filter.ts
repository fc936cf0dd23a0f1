import type { AuditFilter } from '../../application/ports/stores.js';
import { SqlCondition } from '../readers/sql-condition.js';

/** `from` and `to` are inclusive. An actor is found as authenticated and as claimed. Text is case-insensitive, anywhere in a field. */
export function compileAuditFilter(tenantId: string, filter: AuditFilter): SqlCondition {
  const condition = new SqlCondition();
  condition.andEquals('tenant_id', tenantId);
  condition.andEquals('instance_guid', filter.instanceGuid);
  condition.andEquals('outcome', filter.outcome);
  condition.andEquals('task_id', filter.taskId);
  condition.andEquals('process_key', filter.processKey);
  if (filter.actor !== undefined) {
    const actor = condition.bind(filter.actor);
    condition.and(`(actor_id = ${actor} OR actor_claimed = ${actor})`);
  }
  if (filter.action?.length === 1) condition.andEquals('action', filter.action[0]);
  else if (filter.action !== undefined) condition.and(`action = ANY (${condition.bind(filter.action)}::text[])`);
  if (filter.from !== undefined) condition.and(`at >= ${condition.bind(filter.from)}`);
  if (filter.to !== undefined) condition.and(`at <= ${condition.bind(filter.to)}`);
  if (filter.text !== undefined) {
    const fields = 'lower(concat_ws(chr(10), action, comment, actor_id, actor_claimed, task_id, instance_guid))';
    condition.and(`strpos(${fields}, lower(${condition.bind(filter.text)})) > 0`);
  }
  return condition;
}
