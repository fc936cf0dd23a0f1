import {
  failedElements,
  isPutOff,
  openElements,
  workOf,
  type ElementInstance,
  type FlowNode,
  type JsonObject,
} from '../engine/index.js';
import type { ChildRecord } from './ports/calls.js';
import type { ContextTypes } from './ports/context-types.js';
import type { LiveInstance, Trail } from './session/live-instance.js';

/** Element types as answers name them: `UserTask` (CONTRACT section 3). */
export function typeName(node: FlowNode): string {
  return node.type.charAt(0).toUpperCase() + node.type.slice(1);
}

/** An ISO 8601 instant for an epoch ms. */
export function instant(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

export interface NextAction {
  readonly action: string;
  readonly label: string;
  readonly command?: string;
  /** Whether the caller may do it now; absent: not asked. */
  readonly allowed?: boolean;
  /** What it needs besides. */
  readonly requires?: 'reason' | 'approval';
  /** Why it is not allowed. */
  readonly reason?: string;
}

/** What can be done about a failure (CONTRACT section 3b). */
export const FAILURE_ACTIONS: readonly NextAction[] = [
  { action: 'retry', label: 'Retry Again', command: 'RetryFailedTaskCommand' },
  { action: 'skip', label: 'Skip This Task', command: 'SkipFailedTaskCommand' },
  { action: 'cancel', label: 'Cancel Process', command: 'CancelProcessInstanceCommand' },
];

/** What can be done with a supervised process that stands before a task. */
const STEP_ACTIONS: readonly NextAction[] = [
  { action: 'stepForward', label: 'Step Forward', command: 'StepForwardCommand' },
  { action: 'stepBackward', label: 'Step Backward', command: 'StepBackwardCommand' },
  { action: 'cancel', label: 'Cancel Process', command: 'CancelProcessInstanceCommand' },
];

/** One open failure, in the shape of CONTRACT section 3b. */
function errorView(instance: LiveInstance, element: ElementInstance): JsonObject {
  const { incident } = element;
  return {
    taskId: element.nodeId,
    taskName: nameOf(instance, element.nodeId),
    errorMessage: incident?.message ?? '',
    attemptNumber: incident?.attempt ?? element.attempt,
    lastAttemptAt: instant(incident?.at ?? element.startedAt),
    errorCode: incident?.code ?? '',
    errorKind: incident?.kind ?? 'technical',
    errorClass: incident?.errorClass ?? 'UNKNOWN',
    decision: incident?.decision.reason ?? '',
    decisionAction: incident?.decision.action ?? 'fail',
    ...(incident?.parkedFor ? { parkedFor: incident.parkedFor } : {}),
    elementInstanceId: element.id,
    ...(incident?.details ? { details: incident.details } : {}),
    ...(incident?.kind === 'unknown-outcome' ? { outcome: 'unknown' } : {}),
  };
}

/** `error`, `errors` and `nextActions` while a failure is open; nothing otherwise. */
export function failureView(instance: LiveInstance): Record<string, unknown> {
  const failed = failedElements(instance.state);
  const [oldest] = failed;
  if (!oldest) return {};
  return {
    error: errorView(instance, oldest),
    errors: failed.map((element) => errorView(instance, element)),
    nextActions: FAILURE_ACTIONS,
  };
}

/** `currentTask` and `nextActions` while it waits; nothing otherwise. */
export function waitingView(instance: LiveInstance): Record<string, unknown> {
  const { state, definition } = instance;
  if (state.status !== 'waiting') return {};
  const open = openElements(state);
  const waiting =
    open.find((element) => element.status === 'waiting' && isUserTask(instance, element)) ??
    open.find((element) => element.status === 'waiting' || (element.status === 'ready' && !isPutOff(element)));
  const node = waiting && definition.nodesById.get(waiting.nodeId);
  if (!waiting || !node) return {};
  const actions: readonly NextAction[] = waiting.status === 'ready' ? STEP_ACTIONS : node.type === 'userTask' ? node.actions : [];
  return { currentTask: { taskId: node.id, taskName: node.name, taskType: typeName(node) }, nextActions: actions };
}

/** `retrying` while an automatic retry is due later (CONTRACT section 11.3). */
export function retryingView(instance: LiveInstance): Record<string, unknown> {
  const waiting = openElements(instance.state).filter((each) => each.status === 'retrying' || each.status === 'held');
  const [element] = waiting.sort((a, b) => (a.dueAt ?? 0) - (b.dueAt ?? 0));
  if (!element) return {};
  return {
    retrying: {
      taskId: element.nodeId,
      taskName: nameOf(instance, element.nodeId),
      attemptNumber: element.attempt,
      nextAttemptAt: element.dueAt === null || element.status === 'held' ? null : instant(element.dueAt),
      ...(element.status === 'held' && { heldBy: element.recovery?.circuit ?? null }),
      errorMessage: element.incident?.message ?? null,
      errorClass: element.incident?.errorClass ?? null,
      reason: element.incident?.decision.reason ?? null,
    },
  };
}

/** `{ variables, currentNode, completedTasks, skippedTasks }`. */
export function stateView(instance: LiveInstance, trail: Trail): Record<string, unknown> {
  return {
    variables: instance.state.variables,
    currentNode: openElements(instance.state)[0]?.nodeId ?? null,
    completedTasks: trail.completed,
    skippedTasks: trail.skipped,
  };
}

/** What every answer about one instance begins with. */
export function headView(instance: LiveInstance): { instanceGuid: string; status: string; currentActivityId: string | null } {
  return {
    instanceGuid: instance.header.guid,
    status: instance.state.status,
    currentActivityId: openElements(instance.state)[0]?.nodeId ?? null,
  };
}

/** The data of GetProcessInstanceState (CONTRACT section 6). */
export function instanceView(
  instance: LiveInstance,
  trail: Trail,
  contextTypes: ContextTypes,
  children: readonly ChildRecord[] = [],
): Record<string, unknown> {
  const { header, state, definition } = instance;
  const view = {
    instanceGuid: header.guid,
    status: state.status,
    currentActivityId: openElements(state)[0]?.nodeId ?? null,
    processDefinitionId: header.definitionId,
    processKey: header.processKey,
    processName: definition.name,
    businessKey: header.businessKey,
    executionMode: state.executionMode,
    startedAt: instant(state.startedAt),
    lastUpdated: instant(state.updatedAt),
    endedAt: state.endedAt === null ? null : instant(state.endedAt),
    state: stateView(instance, trail),
    contextType:
      header.contextTypeId === null ? null : (contextTypes.nameOf(header.contextTypeId) ?? String(header.contextTypeId)),
    contextId: header.contextId === null ? null : numberIfSafe(header.contextId),
    version: state.version,
    definitionVersion: header.definitionVersion,
    activeActivities: openElements(state).map((element) => activeView(instance, element)),
    errors: [],
    parent: header.calledBy && { instanceGuid: header.calledBy.instanceGuid, taskId: header.calledBy.nodeId },
    children,
    restartedFrom: header.restartedFrom && {
      instanceGuid: header.restartedFrom.instanceGuid,
      activityId: header.restartedFrom.activityId,
    },
    run: runView(instance),
    ...(state.ending && {
      ending: { because: state.ending.because, errorCode: state.ending.code, errorMessage: state.ending.message },
    }),
  };
  return state.endedAt === null
    ? { ...view, ...retryingView(instance), ...waitingView(instance), ...failureView(instance) }
    : view;
}

/** Which of several runs it is, linked both ways; null: there are no others. */
function runView({ state: { run, ending } }: LiveInstance): Record<string, unknown> | null {
  if (run === null) return null;
  const { number, previousGuid: previousInstanceGuid, delayMs, reason } = run;
  return { number, previousInstanceGuid, nextInstanceGuid: ending?.nextGuid ?? null, delayMs, reason };
}

function activeView(instance: LiveInstance, element: ElementInstance): Record<string, unknown> {
  return {
    elementInstanceId: element.id,
    elementId: element.nodeId,
    elementName: nameOf(instance, element.nodeId),
    status: element.status,
    attempt: element.attempt,
    startedAt: instant(element.startedAt),
    ...(element.dueAt === null ? {} : { dueAt: instant(element.dueAt) }),
    ...jobView(instance, element),
  };
}

/** `job` while the visit's work is a worker's: nulls where none has taken it yet. */
function jobView({ definition }: LiveInstance, element: ElementInstance): Record<string, unknown> {
  const { lock, status } = element;
  if (status !== 'queued' && lock === null) return {};
  const node = definition.nodesById.get(element.nodeId);
  const type = node ? (workOf(node, element)?.connector ?? null) : null;
  const times = lock && { lockedUntil: instant(lock.lockedUntil), heartbeatAt: instant(lock.heartbeatAt) };
  return { job: { type, worker: lock?.worker ?? null, lockedUntil: null, heartbeatAt: null, ...times } };
}

function isUserTask(instance: LiveInstance, element: ElementInstance): boolean {
  return instance.definition.nodesById.get(element.nodeId)?.type === 'userTask';
}

export function nameOf(instance: LiveInstance, nodeId: string): string {
  return instance.definition.nodesById.get(nodeId)?.name ?? nodeId;
}

/** Ids came as text or number; they go out as a number where that loses nothing. */
function numberIfSafe(text: string): string | number {
  const number = Number(text);
  return Number.isSafeInteger(number) && String(number) === text ? number : text;
}
