import type { AuditEntry } from '../../contract/audit-entry.js';

/** Events by what the audit trail calls them. A refused command is none, and neither is one that failed. */
const SUCCEEDED: Readonly<Record<string, string>> = {
  RetryFailedTask: 'incident.retried',
  SkipFailedTask: 'incident.skipped',
  StartProcessInstance: 'instance.started',
  CancelProcessInstance: 'instance.cancelled',
  PauseProcessInstance: 'instance.paused',
  ResumeProcessInstance: 'instance.resumed',
  StartBatch: 'batch.started',
  RepeatBatchFailures: 'batch.started',
  PauseBatch: 'batch.paused',
  ResumeBatch: 'batch.resumed',
  BatchStopped: 'batch.stopped',
  BatchCompleted: 'batch.completed',
  BatchAborted: 'batch.aborted',
  FailureGroupOpened: 'group.opened',
  UpdateFailureGroup: 'group.updated',
  FailureGroupEscalated: 'group.escalated',
  RequestApproval: 'approval.requested',
  Approve: 'approval.approved',
  Reject: 'approval.rejected',
  CircuitOpened: 'circuit.opened',
  OpenCircuit: 'circuit.opened',
  CircuitClosed: 'circuit.closed',
  CloseCircuit: 'circuit.closed',
};

/** Decisions that leave a failure to a person. */
const FAILED: Readonly<Record<string, string>> = {
  TaskFailed: 'incident.opened',
  RetriesExhausted: 'incident.opened',
  TaskParked: 'incident.opened',
  TaskEscalated: 'incident.opened',
};

/** Names of all events, in alphabetical order. */
export const EVENT_TYPES: readonly string[] = [...new Set([...Object.values(SUCCEEDED), ...Object.values(FAILED)])].sort();

/** The event that an entry of the audit trail stands for; null: none. */
export function eventOf({ action, outcome }: Pick<AuditEntry, 'action' | 'outcome'>): string | null {
  const table = outcome === 'succeeded' ? SUCCEEDED : outcome === 'failed' ? FAILED : {};
  return Object.hasOwn(table, action) ? (table[action] ?? null) : null;
}

/** Whether a pattern means the event: its name, `incident.*`, or `*`. */
export function isMeant(event: string, patterns: readonly string[]): boolean {
  return patterns.some(
    (pattern) => pattern === '*' || pattern === event || (pattern.endsWith('.*') && event.startsWith(pattern.slice(0, -1))),
  );
}

/** The first of the patterns that means no event there is; null: all mean one. */
export function findVainPattern(patterns: readonly string[]): string | null {
  return patterns.find((pattern) => !EVENT_TYPES.some((event) => isMeant(event, [pattern]))) ?? null;
}

/** Actions of the audit trail that may stand for a meant event: fewer to read than all of it. */
export function actionsFor(patterns: readonly string[]): string[] {
  return [...Object.entries(SUCCEEDED), ...Object.entries(FAILED)]
    .filter(([, event]) => isMeant(event, patterns))
    .map(([action]) => action);
}
