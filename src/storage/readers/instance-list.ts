import type { DataSource, EntityManager } from 'typeorm';
import type { InstanceListFilter, InstanceListItem, InstancePage, InstanceSortKey } from '../../application/ports/readers.js';
import type { InstanceStatus } from '../../engine/index.js';
import { compileInstanceFilter } from './instance-filter.js';
import { decodeCursor, encodeCursor, instantOf } from './page-cursor.js';
import { queryRows } from './people-query.js';
import { SqlCondition } from './sql-condition.js';

export interface PageRequest {
  /** From 1; without effect where there is a cursor. */
  readonly pageNumber: number;
  readonly pageSize: number;
  /** From an earlier page of the same query, whose order is by `startedAt`. */
  readonly cursor: string | null;
  readonly sortBy: InstanceSortKey;
  readonly sortDirection: 'asc' | 'desc';
}

/** `startedAt` has an index; the others sort all that match. */
const SORT_COLUMNS: Readonly<Record<InstanceSortKey, string>> = {
  startedAt: 'started_at',
  lastUpdated: 'updated_at',
  status: 'status',
  businessKey: 'business_key',
  processKey: 'process_key',
  instanceGuid: 'guid',
};

interface ListRow {
  readonly id: number;
  readonly guid: string;
  readonly definition_id: number;
  readonly process_key: string;
  readonly process_name: string | null;
  readonly version: number;
  readonly business_key: string | null;
  readonly status: InstanceStatus;
  readonly execution_mode: string;
  readonly current_activity_id: string | null;
  readonly failed_activity_id: string | null;
  readonly error_message: string | null;
  readonly started_at: Date;
  readonly started_micros: number;
  readonly updated_at: Date;
  readonly ended_at: Date | null;
}

/**
 * One page of a tenant's instances. The total is counted for the first page; cursors carry it on.
 * @throws RangeError for a cursor that is none, or with an order that has no cursors
 */
export async function listInstances(
  dataSource: DataSource,
  tenantId: string,
  filter: InstanceListFilter,
  page: PageRequest,
): Promise<InstancePage> {
  const definitionIds =
    filter.processKey === undefined ? undefined : await findDefinitionsOfKey(dataSource, tenantId, filter.processKey);
  const compile = () => compileInstanceFilter(tenantId, filter, definitionIds);
  const from = page.cursor === null ? null : decodeCursor(page.cursor, 'startedAt', 'id', 'total');
  if (from && page.sortBy !== 'startedAt')
    throw new RangeError(`Expected the order startedAt with a cursor, but it is ${page.sortBy}`);
  const totalRecords = from?.total ?? (await countInstances(dataSource, compile()));
  const rows = await selectPage(dataSource, compile(), page, from);
  const shown = rows.slice(0, page.pageSize);
  const last = rows.length > page.pageSize && page.sortBy === 'startedAt' ? shown.at(-1) : undefined;
  return {
    items: shown.map(toItem),
    totalRecords,
    nextCursor: last ? encodeCursor([last.started_micros, last.id, totalRecords]) : null,
  };
}

/** Definitions of the tenant that had this process key in any version. */
export async function findDefinitionsOfKey(
  dataSource: DataSource | EntityManager,
  tenantId: string,
  processKey: string,
): Promise<number[]> {
  const condition = new SqlCondition();
  condition.andEquals('definition.tenant_id', tenantId);
  condition.andEquals('version.process_key', processKey);
  const rows = await queryRows<{ id: number }>(
    dataSource,
    `SELECT DISTINCT definition.id FROM process_definition AS definition
     JOIN process_definition_version AS version ON version.definition_id = definition.id WHERE ${condition.text}`,
    condition.parameters,
  );
  return rows.map((row) => row.id);
}

async function countInstances(dataSource: DataSource, condition: SqlCondition): Promise<number> {
  const [row] = await queryRows<{ total: number }>(
    dataSource,
    `SELECT count(*) AS total FROM process_instance AS instance WHERE ${condition.text}`,
    condition.parameters,
  );
  return row?.total ?? 0;
}

function selectPage(
  dataSource: DataSource,
  condition: SqlCondition,
  { pageNumber, pageSize, sortBy, sortDirection }: PageRequest,
  from: { startedAt: number; id: number } | null,
): Promise<ListRow[]> {
  const column = SORT_COLUMNS[sortBy];
  if (from) {
    const position = `(${instantOf(condition.bind(from.startedAt))}, ${condition.bind(from.id)}::bigint)`;
    condition.and(`(instance.started_at, instance.id) ${sortDirection === 'asc' ? '>' : '<'} ${position}`);
  }
  const limit = condition.bind(pageSize + 1);
  const offset = condition.bind(from ? 0 : (pageNumber - 1) * pageSize);
  const nulls = sortBy === 'businessKey' ? 'NULLS LAST' : '';
  const orderOf = (table: string) => `${table}.${column} ${sortDirection} ${nulls}, ${table}.id ${sortDirection}`;
  return queryRows<ListRow>(
    dataSource,
    `SELECT page.*, (extract(epoch FROM page.started_at) * 1000000)::bigint AS started_micros, definition.name AS process_name,
       failure.element_id AS failed_activity_id, failure.message AS error_message
     FROM (
       SELECT id, guid, definition_id, process_key, business_key, status, execution_mode, version, current_activity_id, started_at,
         updated_at, ended_at
       FROM process_instance AS instance WHERE ${condition.text} ORDER BY ${orderOf('instance')} LIMIT ${limit} OFFSET ${offset}) AS page
     LEFT JOIN process_definition AS definition ON definition.id = page.definition_id
     LEFT JOIN LATERAL (
       SELECT element_id, message FROM incident WHERE instance_id = page.id AND resolved_at IS NULL
       ORDER BY opened_at, element_instance_id LIMIT 1) AS failure ON true
     ORDER BY ${orderOf('page')}`,
    condition.parameters,
  );
}

function toItem(row: ListRow): InstanceListItem {
  return {
    instanceGuid: row.guid,
    processDefinitionId: row.definition_id,
    processKey: row.process_key,
    processName: row.process_name ?? row.process_key,
    version: row.version,
    businessKey: row.business_key,
    status: row.status,
    executionMode: row.execution_mode,
    currentActivityId: row.current_activity_id,
    failedActivityId: row.failed_activity_id,
    errorMessage: row.error_message,
    startedAt: row.started_at.toISOString(),
    lastUpdated: row.updated_at.toISOString(),
    endedAt: row.ended_at?.toISOString() ?? null,
  };
}
