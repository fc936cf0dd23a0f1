import type { AuditEntry } from '../../contract/audit-entry.js';
import type { InstanceStatus, RecordDecision, Rejected, StepReport } from '../../engine/index.js';
import type { Caller } from '../caller.js';
import type { BatchItemKey } from '../ports/batches.js';
import type { CallKey, InstanceHeader } from '../ports/instance-store.js';

/** A command's origin, for its audit entry. The runner's own commands have none: their decisions are effects. */
export interface CommandOrigin {
  readonly caller: Caller;
  /** Name without suffix: `RetryFailedTask`. */
  readonly action: string;
  readonly comment: string | null;
  /** Who the caller says did it. */
  readonly claimedBy: string | null;
  readonly detail: Readonly<Record<string, unknown>> | null;
  /** What it changed, where the engine does not say so. */
  readonly changes?: AuditEntry['changes'] | undefined;
  /** Epoch ms at which the command arrived. */
  readonly receivedAt: number;
}

/** What a command brings besides itself. */
export interface ApplyOptions {
  readonly origin?: CommandOrigin | undefined;
  /** The message buffer row that this command consumes. */
  readonly consumedMessageId?: number | undefined;
  /** The call that this start answers: StepConflict where it has been given up. */
  readonly consumedCall?: CallKey | undefined;
  /** The item of a batch that this command does: StepConflict where it has been done, or nothing of the batch may begin. */
  readonly batchItem?: BatchItemKey | undefined;
  /** Another instance that the command is about, though it stays as it is: it has an entry of its own. */
  readonly alsoAbout?: AboutInstance | undefined;
}

/** What an entry says of an instance that stays as it is. */
export interface AboutInstance {
  readonly guid: string;
  readonly processKey: string;
  readonly status: InstanceStatus;
  readonly taskId: string;
}

type EntryBase = Pick<AuditEntry, 'id' | 'at'>;

/** The entry of a command that was done: part of the same transaction. */
export function doneEntry(base: EntryBase, origin: CommandOrigin, header: InstanceHeader, report: StepReport): AuditEntry {
  const { caller, action, comment, claimedBy } = origin;
  // Written out: two spreads would cost more than the rest of it, and every command has such an entry.
  return {
    id: base.id,
    tenantId: caller.tenantId,
    at: base.at,
    actor: { type: caller.actor.type, id: caller.actor.id, claimed: claimedBy },
    action,
    outcome: 'succeeded',
    instanceGuid: header.guid,
    processKey: header.processKey,
    taskId: report.taskId,
    attempt: report.attempt,
    comment,
    changes: origin.changes ?? report.changes,
    statusBefore: report.statusBefore,
    statusAfter: report.statusAfter,
    durationMs: durationSince(base, origin),
    correlationId: caller.correlationId,
    idempotencyKey: caller.idempotencyKey,
    detail: detailOf(origin, report),
  };
}

/** With the visit that the command was about, so that history finds it there. */
function detailOf({ detail }: CommandOrigin, { elementInstanceId, terminatedTasks }: StepReport): AuditEntry['detail'] {
  if (elementInstanceId === null && terminatedTasks.length === 0) return detail;
  return {
    ...detail,
    ...(elementInstanceId !== null && { elementInstanceId }),
    ...(terminatedTasks.length > 0 && { terminatedTasks }),
  };
}

/** The entry, in the trail of another instance, of a command that was done. */
export function aboutEntry(
  base: EntryBase,
  origin: CommandOrigin,
  { guid, processKey, status, taskId }: AboutInstance,
): AuditEntry {
  const subject = { instanceGuid: guid, processKey, changes: origin.changes };
  return { ...requestEntry(base, origin, 'succeeded', {}, subject), taskId, statusBefore: status, statusAfter: status };
}

/** The entry of a command that the state forbids. */
export function refusedEntry(
  base: EntryBase,
  origin: CommandOrigin,
  header: InstanceHeader,
  status: string,
  rejected: Rejected,
): AuditEntry {
  return {
    ...base,
    ...requestPart(origin),
    outcome: 'refused',
    instanceGuid: header.guid,
    processKey: header.processKey,
    taskId: null,
    attempt: null,
    changes: [],
    statusBefore: status,
    statusAfter: status,
    durationMs: durationSince(base, origin),
    detail: { ...origin.detail, code: rejected.code, reason: rejected.message },
  };
}

/** The entry of an automatic decision. */
export function decisionEntry(
  base: EntryBase,
  header: InstanceHeader,
  decision: RecordDecision,
  statusBefore: string | null,
  statusAfter: string,
): AuditEntry {
  const { commandCorrelationId: correlationId, nextAttemptAt } = decision.detail;
  return {
    id: base.id,
    tenantId: header.tenantId,
    at: base.at,
    actor: { type: 'system', id: 'reprise', claimed: null },
    action: decision.action,
    outcome: decision.outcome,
    instanceGuid: header.guid,
    processKey: header.processKey,
    taskId: decision.nodeId,
    attempt: decision.attempt,
    comment: null,
    changes: decision.changes,
    statusBefore,
    statusAfter,
    durationMs: null,
    correlationId: typeof correlationId === 'string' ? correlationId : null,
    idempotencyKey: null,
    detail: {
      ...decision.detail,
      ...(typeof nextAttemptAt === 'number' && { nextAttemptAt: new Date(nextAttemptAt).toISOString() }),
      elementInstanceId: decision.elementInstanceId,
    },
  };
}

/** What an entry outside of a step is about. */
export interface EntrySubject {
  readonly instanceGuid?: string | undefined;
  readonly processKey?: string | undefined;
  readonly changes?: AuditEntry['changes'] | undefined;
}

/** The entry of a command that is no step of an instance. */
export function requestEntry(
  base: EntryBase,
  origin: CommandOrigin,
  outcome: AuditEntry['outcome'],
  detail: Readonly<Record<string, unknown>> = {},
  { instanceGuid, processKey, changes }: EntrySubject = {},
): AuditEntry {
  return {
    ...base,
    ...requestPart(origin),
    outcome,
    instanceGuid: instanceGuid ?? null,
    processKey: processKey ?? null,
    taskId: null,
    attempt: null,
    changes: changes ?? [],
    statusBefore: null,
    statusAfter: null,
    durationMs: durationSince(base, origin),
    detail: { ...origin.detail, ...detail },
  };
}

function requestPart(
  origin: CommandOrigin,
): Pick<AuditEntry, 'tenantId' | 'actor' | 'action' | 'comment' | 'correlationId' | 'idempotencyKey'> {
  const { caller } = origin;
  return {
    tenantId: caller.tenantId,
    actor: { ...caller.actor, claimed: origin.claimedBy },
    action: origin.action,
    comment: origin.comment,
    correlationId: caller.correlationId,
    idempotencyKey: caller.idempotencyKey,
  };
}

function durationSince(base: EntryBase, origin: CommandOrigin): number {
  return Math.max(0, Date.parse(base.at) - origin.receivedAt);
}
