import type { DataSource } from 'typeorm';
import type { FailureGroup, FailureGroupFilter, FailureGroupSortKey } from '../../application/ports/failures.js';
import { queryRows } from './people-query.js';
import { SqlCondition } from './sql-condition.js';

const HOUR_MS = 3_600_000;
const TREND_HOURS = 24;
const SAMPLES = 3;

export interface FailureGroupPage {
  /** From 1. */
  readonly pageNumber: number;
  readonly pageSize: number;
  readonly sortBy: FailureGroupSortKey;
  readonly sortDirection: 'asc' | 'desc';
}

/** What is said about a group at this time: who has snoozed it for long enough has it back. */
export const STATE_NOW = (now: string): string =>
  `CASE WHEN state = 'snoozed' AND snoozed_until <= ${now}::timestamptz THEN 'open' ELSE state END`;

const SORT_COLUMNS: Readonly<Record<FailureGroupSortKey, string>> = {
  count: 'open',
  firstSeen: 'first_seen_at',
  lastSeen: 'last_seen_at',
};

interface GroupRow {
  readonly total_groups: number;
  readonly fingerprint: string;
  readonly definition_id: number;
  readonly process_key: string;
  readonly element_id: string;
  readonly code: string;
  readonly error_class: string;
  readonly pattern: string;
  readonly first_seen_at: Date;
  readonly last_seen_at: Date | null;
  readonly open: number;
  readonly opened: number;
  readonly state: FailureGroup['state'];
  readonly snoozed_until: Date | null;
  readonly owner: string | null;
  readonly note: string | null;
  readonly changed_at: Date | null;
  readonly changed_by: string | null;
  readonly hours: readonly { from: number; opened: number; settled: number }[] | null;
  readonly versions: readonly { version: number; count: number }[] | null;
  readonly samples: readonly { instanceGuid: string; message: string; at: number }[] | null;
}

/** One page of a tenant's groups, all of it from one snapshot. */
export async function listFailureGroups(
  dataSource: DataSource,
  tenantId: string,
  filter: FailureGroupFilter,
  { pageNumber, pageSize, sortBy, sortDirection }: FailureGroupPage,
  now: Date,
): Promise<{ items: FailureGroup[]; totalRecords: number }> {
  const condition = new SqlCondition();
  const nowAt = condition.bind(now);
  andFilter(condition, tenantId, filter, nowAt);
  const firstHour = new Date(now.getTime() - (now.getTime() % HOUR_MS) - (TREND_HOURS - 1) * HOUR_MS);
  const from = condition.bind(firstHour);
  const limit = condition.bind(pageSize);
  const offset = condition.bind((pageNumber - 1) * pageSize);
  const settled = filter.includeSettled === true ? '' : 'HAVING sum(count.opened - count.settled) > 0';
  const order = `${SORT_COLUMNS[sortBy]} ${sortDirection} NULLS LAST, fingerprint`;
  const rows = await queryRows<GroupRow>(
    dataSource,
    `WITH page AS (
       SELECT grp.*, ${STATE_NOW(nowAt)} AS state_now, counted.*, count(*) OVER () AS total_groups
       FROM failure_group AS grp JOIN LATERAL (
         SELECT sum(count.opened - count.settled)::bigint AS open, sum(count.opened)::bigint AS opened, max(count.last_opened_at) AS last_seen_at
         FROM failure_count AS count WHERE count.fingerprint = grp.fingerprint ${settled}) AS counted ON true
       WHERE ${condition.text} ORDER BY ${order} LIMIT ${limit} OFFSET ${offset})
     SELECT page.total_groups, page.fingerprint, page.definition_id, page.process_key, page.element_id, page.code, page.error_class,
       page.pattern, page.first_seen_at, page.last_seen_at, page.open, page.opened, page.state_now AS state, page.snoozed_until,
       page.owner, page.note, page.changed_at, page.changed_by, trend.hours, affected.versions, sample.samples
     FROM page
     CROSS JOIN LATERAL (
       SELECT json_agg(json_build_object('from', extract(epoch FROM hour)::bigint * 1000, 'opened', opened, 'settled', settled)) AS hours
       FROM (SELECT hour, sum(opened) AS opened, sum(settled) AS settled FROM failure_count
             WHERE fingerprint = page.fingerprint AND hour >= ${from}::timestamptz GROUP BY hour) AS by_hour) AS trend
     CROSS JOIN LATERAL (
       SELECT json_agg(json_build_object('version', definition_version, 'count', open) ORDER BY definition_version DESC) AS versions
       FROM (SELECT definition_version, sum(opened - settled) AS open FROM failure_count
             WHERE fingerprint = page.fingerprint GROUP BY definition_version HAVING sum(opened - settled) > 0) AS by_version) AS affected
     CROSS JOIN LATERAL (
       SELECT json_agg(json_build_object('instanceGuid', guid, 'message', message, 'at', (extract(epoch FROM opened_at) * 1000)::bigint)) AS samples
       FROM (SELECT instance.guid, incident.message, incident.opened_at
             FROM incident JOIN process_instance AS instance ON instance.id = incident.instance_id
             WHERE incident.fingerprint = page.fingerprint AND incident.resolved_at IS NULL
             ORDER BY incident.opened_at DESC LIMIT ${SAMPLES}) AS newest) AS sample
     ORDER BY ${order}`,
    condition.parameters,
  );
  return { items: rows.map((row) => groupOf(row, firstHour.getTime())), totalRecords: rows[0]?.total_groups ?? 0 };
}

function andFilter(condition: SqlCondition, tenantId: string, filter: FailureGroupFilter, nowAt: string): void {
  condition.andEquals('grp.tenant_id', tenantId);
  condition.andEquals('grp.fingerprint', filter.groupId);
  condition.andEquals('grp.process_key', filter.processKey);
  condition.andEquals('grp.definition_id', filter.processDefinitionId);
  condition.andEquals('grp.element_id', filter.activityId);
  condition.andEquals('grp.code', filter.errorCode);
  condition.andEquals('grp.error_class', filter.errorClass);
  condition.andEquals('grp.owner', filter.owner);
  if (filter.state !== undefined) condition.and(`${STATE_NOW(nowAt)} = ANY (${condition.bind(filter.state)}::text[])`);
  if (filter.text !== undefined)
    condition.and(`strpos(lower(concat_ws(chr(10), grp.code, grp.pattern)), lower(${condition.bind(filter.text)})) > 0`);
}

function groupOf(row: GroupRow, firstHour: number): FailureGroup {
  const byHour = new Map((row.hours ?? []).map((hour) => [hour.from, hour]));
  return {
    groupId: row.fingerprint,
    processDefinitionId: row.definition_id,
    processKey: row.process_key,
    activityId: row.element_id,
    errorCode: row.code,
    errorClass: row.error_class,
    pattern: row.pattern,
    count: row.open,
    total: row.opened,
    firstSeen: row.first_seen_at,
    lastSeen: row.last_seen_at ?? row.first_seen_at,
    trend: Array.from({ length: TREND_HOURS }, (_, i) => {
      const from = firstHour + i * HOUR_MS;
      const { opened = 0, settled = 0 } = byHour.get(from) ?? {};
      return { from: new Date(from), opened, settled };
    }),
    samples: (row.samples ?? []).map(({ at, ...sample }) => ({ ...sample, at: new Date(at) })),
    affectedVersions: row.versions ?? [],
    state: row.state,
    snoozedUntil: row.snoozed_until,
    owner: row.owner,
    note: row.note,
    changedAt: row.changed_at,
    changedBy: row.changed_by,
  };
}
