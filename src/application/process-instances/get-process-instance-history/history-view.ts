import type { AuditEntry } from '../../../contract/audit-entry.js';
import { ROOT_SCOPE, type ElementInstance, type JsonObject, type VariableCause } from '../../../engine/index.js';
import { instant, nameOf } from '../../instance-view.js';
import type { RecordedAttempt, RecordedInput, RecordedVisit, RecordedWrite } from '../../ports/instance-history.js';
import type { LiveInstance } from '../../session/live-instance.js';
import { recordedChanges } from '../../variables-past.js';

/** A visit on a page: from its row, or from the state while it is open. */
export type Visit =
  { readonly id: number; readonly ended: RecordedVisit } | { readonly id: number; readonly open: ElementInstance };

/** All that is known of the visits of a page. */
export interface PageOfHistory {
  readonly attempts: readonly RecordedAttempt[];
  /** Null: the instance began before variables were recorded. */
  readonly writes: readonly RecordedWrite[] | null;
  readonly enteredVersions: ReadonlyMap<number, number>;
  readonly commands: readonly AuditEntry[];
}

/** What a visit's own end writes; the others are written while it is open. */
const OUTPUT_CAUSES: ReadonlySet<VariableCause> = new Set(['result', 'error', 'last-resort', 'skip-failed-task']);

/** One visit with all that belongs to it. */
export function visitView(instance: LiveInstance, visit: Visit, page: PageOfHistory): Record<string, unknown> {
  const { id } = visit;
  const writes = page.writes?.filter(({ elementInstanceId }) => elementInstanceId === id) ?? null;
  const attempts = page.attempts.filter(({ elementInstanceId }) => elementInstanceId === id);
  const { input, ...facts } = 'ended' in visit ? endedFacts(visit.ended) : openFacts(instance, visit.open);
  return {
    sequence: id,
    elementInstanceId: id,
    elementName: nameOf(instance, facts.elementId),
    ...facts,
    enteredVersion: page.enteredVersions.get(id) ?? null,
    ...inputView(input),
    output: writes && outputOf(writes),
    attempts: [...attempts.map(attemptView), ...lastAttempt(visit, attempts)],
    variables: writes && { changes: writes.flatMap(changeViews) },
    commands: page.commands.filter(({ detail }) => detail?.['elementInstanceId'] === id).map(commandView),
  };
}

/** The changes of a write, each with its cause. */
export function changeViews(write: RecordedWrite): Record<string, unknown>[] {
  const { version, cause, at } = write;
  return recordedChanges(write).map((change) => ({ ...change, cause, version, at: at.toISOString() }));
}

function endedFacts(ended: RecordedVisit) {
  const { elementId, elementType, status, startedAt, endedAt, scopeElementInstanceId, takenFlowIds, input, version } = ended;
  return {
    elementId,
    elementType,
    status: status as string,
    startedAt: startedAt.toISOString(),
    endedAt: endedAt.toISOString(),
    durationMs: Math.max(0, endedAt.getTime() - startedAt.getTime()),
    scopeElementInstanceId,
    takenFlowIds,
    endedVersion: version,
    input,
  };
}

function openFacts({ definition }: LiveInstance, { nodeId, status, startedAt, scopeId, local }: ElementInstance) {
  return {
    elementId: nodeId,
    elementType: definition.nodesById.get(nodeId)?.type ?? null,
    status: status === 'failed' ? 'failed' : 'active',
    startedAt: instant(startedAt),
    endedAt: null,
    durationMs: null,
    scopeElementInstanceId: scopeId === ROOT_SCOPE ? null : scopeId,
    takenFlowIds: [],
    endedVersion: null,
    input: local === null ? null : { values: local },
  };
}

/** Null: it saw the variables as they were. */
function inputView(input: RecordedInput | null): Record<string, unknown> {
  return { input: input?.values ?? null, ...(input?.omitted && { inputOmitted: input.omitted }) };
}

function outputOf(writes: readonly RecordedWrite[]): JsonObject {
  return Object.assign({}, ...writes.filter(({ cause }) => OUTPUT_CAUSES.has(cause)).map(({ after }) => after)) as JsonObject;
}

function attemptView(recorded: RecordedAttempt): Record<string, unknown> {
  const { attempt, outcome, errorCode, errorMessage, details, errorClass, decision, decisionReason, worker, input } = recorded;
  const times = { startedAt: recorded.startedAt.toISOString(), endedAt: recorded.endedAt.toISOString() };
  const error = { errorCode, errorMessage, details, errorClass, decision, decisionReason };
  return { attempt, outcome, ...error, worker, ...times, ...inputView(input) };
}

const NO_ERROR = { errorCode: null, errorMessage: null, details: null, errorClass: null, decision: null, decisionReason: null };

/** Of an attempt that has no row: it is under way, or it succeeded at once. */
function lastAttempt(visit: Visit, recorded: readonly RecordedAttempt[]): Record<string, unknown>[] {
  if ('open' in visit) {
    const { status, attempt, attemptStartedAt, lock } = visit.open;
    if (status !== 'executing') return [];
    const startedAt = attemptStartedAt === null ? null : instant(attemptStartedAt);
    return [{ attempt, outcome: 'running', ...NO_ERROR, worker: lock?.worker ?? null, startedAt, endedAt: null }];
  }
  const { status, attempts: attempt, startedAt, endedAt } = visit.ended;
  if (status !== 'completed' || attempt === 0 || recorded.some((each) => each.attempt === attempt)) return [];
  const times = { startedAt: startedAt.toISOString(), endedAt: endedAt.toISOString() };
  return [{ attempt, outcome: 'succeeded', ...NO_ERROR, worker: null, ...times }];
}

function commandView({ actor, action, comment, at, outcome, changes }: AuditEntry): Record<string, unknown> {
  return { action, actor, comment, at, outcome, changes };
}
