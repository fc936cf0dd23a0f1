import type { InstanceListFilter } from '../../application/ports/readers.js';
import type { InstanceStatus } from '../../engine/index.js';
import { SqlCondition } from './sql-condition.js';
import { compileVariableFilter } from './variable-filter.js';

const STATUSES: readonly InstanceStatus[] = ['running', 'waiting', 'error', 'paused', 'completed', 'cancelled'];

/**
 * The filter as a condition on `process_instance AS instance`, of one tenant. Times are inclusive; text of errors is found in
 * any case, in code and message; where an activity, a text and a group are asked for, one open incident must have them all.
 *
 * @param definitionIds the definitions that ever had the filter's process key (`findDefinitionsOfKey`); they have an index, the key has none
 */
export function compileInstanceFilter(
  tenantId: string,
  filter: InstanceListFilter,
  definitionIds?: readonly number[],
): SqlCondition {
  const condition = new SqlCondition();
  condition.andEquals('instance.tenant_id', tenantId);
  if (filter.status !== undefined) condition.and(statusIn(filter.status));
  condition.andEquals('instance.definition_id', filter.processDefinitionId);
  if (filter.processKey !== undefined) {
    condition.andEquals('instance.process_key', filter.processKey);
    if (definitionIds) condition.and(definitionIn(condition, definitionIds));
  }
  if (filter.businessKey !== undefined) {
    const key = condition.bind(filter.businessKey);
    condition.and(
      `hashtextextended(instance.business_key, 0) = hashtextextended(${key}::text, 0) AND instance.business_key = ${key}::text`,
    );
  }
  if (filter.startedFrom !== undefined) condition.and(`instance.started_at >= ${condition.bind(filter.startedFrom)}`);
  if (filter.startedTo !== undefined) condition.and(`instance.started_at <= ${condition.bind(filter.startedTo)}`);
  andOpenIncident(condition, filter);
  if (filter.retrying !== undefined)
    condition.and(
      `${filter.retrying ? '' : 'NOT '}EXISTS (SELECT FROM timer_job WHERE timer_job.instance_id = instance.id AND timer_job.kind = 'retry')`,
    );
  for (const variable of filter.variables ?? []) condition.and(compileVariableFilter(condition, variable));
  return condition;
}

/** Literals, not parameters: the partial index of open instances serves only what is known not to ask for completed ones. */
function statusIn(statuses: readonly InstanceStatus[]): string {
  const known = STATUSES.filter((status) => statuses.includes(status));
  return known.length === 0 ? 'false' : `instance.status IN (${known.map((status) => `'${status}'`).join(', ')})`;
}

/** One definition is the rule; then its index gives the newest first without sorting. */
function definitionIn(condition: SqlCondition, ids: readonly number[]): string {
  return ids.length === 1
    ? `instance.definition_id = ${condition.bind(ids[0])}`
    : `instance.definition_id = ANY (${condition.bind(ids)}::bigint[])`;
}

function andOpenIncident(condition: SqlCondition, filter: InstanceListFilter): void {
  const { failedActivityId, errorText, failureGroup } = filter;
  if (failedActivityId === undefined && errorText === undefined && failureGroup === undefined) return;
  condition.and(`EXISTS (SELECT FROM incident WHERE ${openIncident(condition, filter)})`);
}

/** Of `instance`, the open incidents that the filter means: as a condition on `incident`. */
export function openIncident(condition: SqlCondition, filter: InstanceListFilter): string {
  const { failedActivityId, errorText, failureGroup } = filter;
  const wanted = ['incident.instance_id = instance.id', 'incident.resolved_at IS NULL'];
  if (failedActivityId !== undefined) wanted.push(`incident.element_id = ${condition.bind(failedActivityId)}`);
  if (errorText !== undefined) {
    wanted.push(`strpos(lower(concat_ws(chr(10), incident.code, incident.message)), lower(${condition.bind(errorText)})) > 0`);
  }
  if (failureGroup !== undefined) wanted.push(`incident.fingerprint = ${condition.bind(failureGroup)}`);
  return wanted.join(' AND ');
}
