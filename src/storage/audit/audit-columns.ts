import type { AuditEntry } from '../../contract/audit-entry.js';
import type { RowStatement } from '../connection/row-buffer.js';
import type { insertAuditEntries } from '../sql/insert-audit-entries.js';
import { freeText } from '../stores/stored-text.js';

/** A row of `audit_entry` in the order of its insert statement, the digest (last) excepted: what the digest is taken of. */
export type AuditColumns =
  typeof insertAuditEntries extends RowStatement<infer Row> ? (Row extends [...infer Columns, Buffer] ? Columns : never) : never;

/** The same columns as they are read back: the instant in ms with its fraction, JSON as the text that is stored. */
export const AUDIT_COLUMNS = `tenant_id, (extract(epoch FROM at) * 1000)::float8 AS at_ms, id, actor_type, actor_id, actor_claimed, action,
  outcome, instance_guid, process_key, task_id, attempt, comment, changes::text AS changes, status_before, status_after, duration_ms,
  correlation_id, idempotency_key, detail::text AS detail`;

const NAMES = [
  'tenant_id',
  'at_ms',
  'id',
  'actor_type',
  'actor_id',
  'actor_claimed',
  'action',
  'outcome',
  'instance_guid',
  'process_key',
  'task_id',
  'attempt',
  'comment',
  'changes',
  'status_before',
  'status_after',
  'duration_ms',
  'correlation_id',
  'idempotency_key',
  'detail',
] as const;

/** A row selected as `AUDIT_COLUMNS`. */
export type AuditRow = Record<(typeof NAMES)[number], string | number | null>;

export function columnsOfRow(row: AuditRow): AuditColumns {
  return NAMES.map((name) => row[name]) as unknown as AuditColumns;
}

/** Where an entry stands by its time: the instant in microseconds, and the id. */
export type AuditPosition = readonly [at: number, id: number];

/** Of a row selected as `AUDIT_COLUMNS`. */
export function positionOf(row: Pick<AuditRow, 'at_ms' | 'id'>): AuditPosition {
  return [Math.round(Number(row.at_ms) * 1_000), Number(row.id)];
}

/**
 * An entry as its row will hold it. Text of people and of other systems is made storable; keys are not, so that an entry
 * never seems to be about something else.
 */
export function columnsOfEntry(entry: AuditEntry): AuditColumns {
  return [
    entry.tenantId,
    Date.parse(entry.at),
    entry.id,
    entry.actor.type,
    freeText(entry.actor.id),
    freeText(entry.actor.claimed),
    entry.action,
    entry.outcome,
    entry.instanceGuid,
    entry.processKey,
    freeText(entry.taskId),
    entry.attempt,
    freeText(entry.comment),
    JSON.stringify(entry.changes),
    entry.statusBefore,
    entry.statusAfter,
    entry.durationMs,
    freeText(entry.correlationId),
    entry.idempotencyKey,
    entry.detail === null ? null : JSON.stringify(entry.detail),
  ];
}

export function entryOfRow(row: AuditRow): AuditEntry {
  const [
    tenantId,
    at,
    id,
    actorType,
    actorId,
    actorClaimed,
    action,
    outcome,
    instanceGuid,
    processKey,
    taskId,
    attempt,
    ...rest
  ] = columnsOfRow(row);
  const [comment, changes, statusBefore, statusAfter, durationMs, correlationId, idempotencyKey, detail] = rest;
  return {
    id,
    tenantId,
    at: new Date(at).toISOString(),
    actor: { type: actorType as AuditEntry['actor']['type'], id: actorId, claimed: actorClaimed },
    action,
    outcome: outcome as AuditEntry['outcome'],
    instanceGuid,
    processKey,
    taskId,
    attempt,
    comment,
    changes: JSON.parse(changes) as AuditEntry['changes'],
    statusBefore,
    statusAfter,
    durationMs,
    correlationId,
    idempotencyKey,
    detail: detail === null ? null : (JSON.parse(detail) as AuditEntry['detail']),
  };
}
