import {
  isActivity,
  type FlowNode,
  type ProcessDefinition,
  type Work,
  type WorkTaskNode,
} from '../definition/process-definition.js';
import type { ExecuteAttempt } from '../effects/effect.js';
import { expectInvariant } from '../invariant.js';
import { lastOf } from '../recovery/ladder-steps.js';
import { TOTAL_TIMEOUT_ROW, type ElementInstance, type InstanceState } from '../state/instance-state.js';
import { visibleVariables, type Draft } from '../state/draft.js';
import type { JsonObject } from '../state/json.js';
import { evaluateInputs } from './evaluate-inputs.js';
import { recoveryOf, remember } from './visit-recovery.js';

/**
 * Begins the next attempt of the visit. This server executes it after the commit, where it can; else it is a job that a worker
 * may take.
 */
export function runAttempt(draft: Draft, node: FlowNode, instance: ElementInstance): void {
  const work = workOf(node, instance);
  expectInvariant(work !== null, `'${node.id}' to have work`);
  instance.incident = null;
  if (recoveryOf(instance).mayGoElsewhere) remember(instance, { mayGoElsewhere: false });
  startTotalTimeout(draft, instance, work);
  if (!draft.context.connectors.has(work.connector)) return queueJob(draft, node, instance, work);
  instance.status = 'executing';
  instance.attemptStartedAt = draft.context.now;
  instance.owner = draft.context.node;
  const canaryOf = draft.probes.has(instance.id) ? recoveryOf(instance).circuit : null;
  draft.effects.push({ ...executeEffect(draft, node, instance, work, ignoresCircuit(node, instance)), canaryOf });
}

/** The effect of an attempt that the state says is running: for a server that did not hear of its commit. */
export function executeEffectOf(
  definition: ProcessDefinition,
  state: InstanceState,
  instance: ElementInstance,
): ExecuteAttempt | null {
  const node = definition.nodesById.get(instance.nodeId);
  const work = node ? workOf(node, instance) : null;
  if (!node || !work || instance.lock !== null) return null;
  return executeEffect({ state }, node, instance, work, ignoresCircuit(node, instance));
}

/** What the visit's current attempt does: the task's own work, a gateway's decision, or the question what became of an attempt. */
export function workOf(node: FlowNode, instance: ElementInstance): Work | null {
  if ('decision' in node) return node.decision;
  if (!isActivity(node) || !('work' in node)) return null;
  return (questionOf(node, instance) ?? node).work;
}

/** The visit's current attempt, as whoever executes it is told of it. */
export function executeEffect(
  draft: Pick<Draft, 'state'>,
  node: FlowNode,
  instance: ElementInstance,
  work: Work,
  passesCircuit: boolean,
): ExecuteAttempt {
  const local = attemptInputs(draft, node, instance);
  return {
    type: 'execute-attempt',
    elementInstanceId: instance.id,
    nodeId: node.id,
    attempt: instance.attempt,
    begunAt: instance.attemptStartedAt ?? draft.state.updatedAt,
    work: withTimeout(work, attemptTimeout(node, instance, work)),
    variables: visibleVariables(draft, instance.scopeId, local),
    local,
    heartbeat: recoveryOf(instance).heartbeat,
    passesCircuit,
    canaryOf: null,
  };
}

/** What only the attempt sees: the visit's mapped inputs, or those of the question. Null: there are none. */
function attemptInputs(draft: Pick<Draft, 'state'>, node: FlowNode, instance: ElementInstance): JsonObject | null {
  const question = questionOf(node, instance);
  if (question === null) return instance.local;
  try {
    return question.inputs.length === 0 ? null : evaluateInputs(question.inputs, visibleVariables(draft, instance.scopeId, null));
  } catch {
    return null; // The question goes without its inputs; whoever cannot answer it says so.
  }
}

/** The task that is being asked what became of an attempt; null: none is. */
function questionOf(node: FlowNode, instance: ElementInstance): WorkTaskNode | null {
  return isActivity(node) && 'work' in node && recoveryOf(instance).reconciling ? node.reconcile : null;
}

/** A task without a retry policy has one attempt, then a person decides: nothing holds that back. */
function ignoresCircuit(node: FlowNode, { requestedBy }: ElementInstance): boolean {
  return requestedBy?.ignoresCircuit === true || !isActivity(node) || node.retryPolicy === null;
}

function withTimeout(work: Work, timeoutMs: number | null): Work {
  return timeoutMs === work.timeoutMs ? work : { ...work, timeoutMs };
}

/** Time-out of the visit's current attempt in ms: the ladder's newest word, else the model's; null: the connector's default. */
export function attemptTimeout(node: FlowNode, instance: ElementInstance, work: Work): number | null {
  const ladder = isActivity(node) ? (node.retryPolicy?.ladder ?? []) : [];
  if (ladder.length === 0) return work.timeoutMs;
  const failed = instance.attempt - instance.budgetFrom - 1;
  return lastOf(ladder, ({ after, timeoutMs }) => after <= failed && timeoutMs !== null)?.timeoutMs ?? work.timeoutMs;
}

function queueJob(draft: Draft, node: FlowNode, instance: ElementInstance, work: Work): void {
  instance.status = 'queued';
  instance.attemptStartedAt = null;
  draft.effects.push({ type: 'open-job', elementInstanceId: instance.id, nodeId: node.id, jobType: work.connector });
  if (work.timeouts.toStartMs !== null) scheduleJobTimer(draft, instance, draft.context.now + work.timeouts.toStartMs);
}

/** The one row that looks after a job: when it must have been taken, or when its lock, heartbeat or attempt runs out. */
export function scheduleJobTimer(draft: Draft, instance: ElementInstance, dueAt: number): void {
  instance.dueAt = dueAt;
  draft.effects.push({ type: 'schedule-timer', kind: 'job', elementInstanceId: instance.id, timerNodeId: '', dueAt });
}

/** From the first attempt of the visit; anew when a person had to decide. A question has no part in it. */
function startTotalTimeout(draft: Draft, instance: ElementInstance, work: Work): void {
  const { totalDueAt, reconciling } = recoveryOf(instance);
  if (work.timeouts.totalMs === null || totalDueAt !== null || reconciling) return;
  const dueAt = draft.context.now + work.timeouts.totalMs;
  remember(instance, { totalDueAt: dueAt });
  draft.effects.push({
    type: 'schedule-timer',
    kind: 'total-timeout',
    elementInstanceId: instance.id,
    timerNodeId: TOTAL_TIMEOUT_ROW,
    dueAt,
  });
}
