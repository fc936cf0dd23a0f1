import type { AuditEntry } from '../contract/audit-entry.js';
import type { DigestField } from './digest.js';

/** What an entry's digest is taken of. The order is that of the row, and must never change. */
export function entryFields(entry: AuditEntry): DigestField[] {
  return [
    entry.tenantId,
    Date.parse(entry.at),
    entry.id,
    entry.actor.type,
    entry.actor.id,
    entry.actor.claimed,
    entry.action,
    entry.outcome,
    entry.instanceGuid,
    entry.processKey,
    entry.taskId,
    entry.attempt,
    entry.comment,
    JSON.stringify(entry.changes),
    entry.statusBefore,
    entry.statusAfter,
    entry.durationMs,
    entry.correlationId,
    entry.idempotencyKey,
    entry.detail === null ? null : JSON.stringify(entry.detail),
  ];
}

const TEXT = ['string'];
const TEXT_OR_NULL = ['string', 'null'];
const NUMBER_OR_NULL = ['number', 'null'];

/** The keys of an exported entry in their order (CONTRACT section 7), with what may stand there. */
const KINDS: Readonly<Record<keyof AuditEntry, readonly string[]>> = {
  id: ['number'],
  tenantId: TEXT,
  at: TEXT,
  actor: ['object'],
  action: TEXT,
  outcome: TEXT,
  instanceGuid: TEXT_OR_NULL,
  processKey: TEXT_OR_NULL,
  taskId: TEXT_OR_NULL,
  attempt: NUMBER_OR_NULL,
  comment: TEXT_OR_NULL,
  changes: ['array'],
  statusBefore: TEXT_OR_NULL,
  statusAfter: TEXT_OR_NULL,
  durationMs: NUMBER_OR_NULL,
  correlationId: TEXT_OR_NULL,
  idempotencyKey: TEXT_OR_NULL,
  detail: ['object', 'null'],
};
const ACTOR_KINDS = { type: TEXT, id: TEXT, claimed: TEXT_OR_NULL };

/**
 * The entry of an exported line; null where the line is not just what an export writes for an entry. So nothing can be added
 * to a line, doubled in it or written in another type without being noticed, though its digest would be the same.
 */
export function entryOfLine(line: string, value: object): AuditEntry | null {
  if (!hasJust(value, KINDS) || !hasJust((value as AuditEntry).actor, ACTOR_KINDS)) return null;
  return JSON.stringify(value) === line ? (value as AuditEntry) : null;
}

function hasJust(value: object, kinds: Readonly<Record<string, readonly string[]>>): boolean {
  const names = Object.keys(kinds);
  const found = Object.entries(value);
  return (
    found.length === names.length && found.every(([name, each], i) => name === names[i] && kinds[name]?.includes(kindOf(each)))
  );
}

function kindOf(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
}
