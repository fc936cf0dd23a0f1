import type { DataSource, EntityManager } from 'typeorm';
import type { BatchSelection, BatchTarget } from '../../application/ports/batches.js';
import type { InstanceListFilter } from '../../application/ports/readers.js';
import { compileInstanceFilter, openIncident } from './instance-filter.js';
import { findDefinitionsOfKey } from './instance-list.js';
import { SqlCondition } from './sql-condition.js';

/**
 * What a selection meets, as a SELECT of `instance_id, guid, element_instance_id, attempt, task_id, status, process_key`, with its
 * parameters. The condition of a filter is the one of the list.
 */
export interface SelectionQuery {
  readonly text: string;
  /** The order in which items begin: to be put behind the text. Who only counts need not sort. */
  readonly order: string;
  readonly parameters: readonly unknown[];
}

/** The rows that an instance becomes items by; left joined, so that one without any is an item, too, and is told why not. */
const JOINS: Readonly<Record<BatchTarget, { join: (incident: string) => string; columns: string; order: string }>> = {
  instance: {
    join: () => '',
    columns: 'NULL::integer AS element_instance_id, NULL::integer AS attempt, NULL::text AS task_id',
    order: '',
  },
  failures: {
    join: (incident) => `LEFT JOIN incident ON ${incident}`,
    columns: 'incident.element_instance_id, incident.attempt, incident.element_id AS task_id',
    order: ', incident.opened_at, incident.element_instance_id',
  },
  'waiting-retries': {
    join: () => "LEFT JOIN timer_job AS retry ON retry.instance_id = instance.id AND retry.kind = 'retry'",
    columns: 'retry.element_instance_id, NULL::integer AS attempt, NULL::text AS task_id',
    order: ', retry.due_at, retry.element_instance_id',
  },
};

/** The query of a selection within a tenant. */
export async function compileSelection(
  source: DataSource | EntityManager,
  tenantId: string,
  selection: BatchSelection,
  target: BatchTarget,
): Promise<SelectionQuery> {
  if (selection.by === 'filter') {
    const { filter } = selection;
    const definitionIds =
      filter.processKey === undefined ? undefined : await findDefinitionsOfKey(source, tenantId, filter.processKey);
    return ofFilter(compileInstanceFilter(tenantId, filter, definitionIds), filter, target);
  }
  const condition = new SqlCondition();
  const tenant = condition.bind(tenantId);
  if (selection.by === 'ids') return ofIds(condition, tenant, selection.instanceGuids, target);
  return ofBatch(condition, tenant, selection, target);
}

function ofFilter(condition: SqlCondition, filter: InstanceListFilter, target: BatchTarget): SelectionQuery {
  const { join, columns, order } = JOINS[target];
  const text = `SELECT instance.id AS instance_id, instance.guid, ${columns}, instance.status, instance.process_key
    FROM process_instance AS instance ${join(openIncident(condition, filter))}
    WHERE ${condition.text}`;
  return { text, order: ` ORDER BY instance.started_at, instance.id${order}`, parameters: condition.parameters };
}

function ofIds(condition: SqlCondition, tenant: string, guids: readonly string[], target: BatchTarget): SelectionQuery {
  const { join, columns, order } = JOINS[target];
  const text = `SELECT instance.id AS instance_id, wanted.guid, ${columns}, instance.status, instance.process_key
    FROM unnest(${condition.bind(guids)}::text[]) WITH ORDINALITY AS wanted(guid, place)
    LEFT JOIN process_instance AS instance ON instance.guid = wanted.guid AND instance.tenant_id = ${tenant}
    ${join(openIncident(condition, {}))}`;
  return { text, order: ` ORDER BY wanted.place${order}`, parameters: condition.parameters };
}

/** Of an item that was about a failure, the failure of the same visit now; of any other, all that its instance has. */
function ofBatch(
  condition: SqlCondition,
  tenant: string,
  { batchId, states }: Extract<BatchSelection, { by: 'batch' }>,
  target: BatchTarget,
): SelectionQuery {
  const { join, columns, order } = JOINS[target];
  const sameVisit = `(item.element_instance_id IS NULL OR item.element_instance_id = incident.element_instance_id)`;
  const text = `SELECT instance.id AS instance_id, item.instance_guid AS guid, ${columns}, instance.status, instance.process_key
    FROM batch_item AS item LEFT JOIN process_instance AS instance ON instance.id = item.instance_id AND instance.tenant_id = ${tenant}
    ${join(`${openIncident(condition, {})} AND ${sameVisit}`)}
    WHERE item.batch_id = ${condition.bind(batchId)} AND item.state = ANY (${condition.bind(states)}::text[])`;
  return { text, order: ` ORDER BY item.item_no${order}`, parameters: condition.parameters };
}
