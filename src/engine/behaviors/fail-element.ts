import { isActivity, type FlowNode } from '../definition/process-definition.js';
import type { FailedAttempt, FailureDecision } from '../recovery/decide-on-failure.js';
import { SINGLE_ATTEMPT } from '../recovery/retry-policy.js';
import type { ElementInstance, Incident, RecoveryAction } from '../state/instance-state.js';
import type { Draft } from '../state/draft.js';
import type { VariableChange } from '../state/variable-change.js';
import { climbLadder } from './climb-ladder.js';
import { asKnown, judgeFailure, reconcilerOf, seeFailure, type Failure } from './judge-failure.js';
import { askReconciler, LOSSES } from './reconcile.js';
import { workOf } from './run-attempt.js';
import { recordFailedAttempt, recordRecovery } from './record-recovery.js';
import { releaseTotalTimeout, releaseWait } from './release-waits.js';
import { undoVariables } from './undo-variables.js';
import { isEndpoint, recoveryOf, remember } from './visit-recovery.js';

export type { Failure } from './judge-failure.js';

/**
 * The element cannot go on: its policy runs it again later or gives it another end, or it waits for a person (an incident).
 */
export function failElement(draft: Draft, node: FlowNode, instance: ElementInstance, happened: Failure): void {
  const failure = asKnown(node, instance, happened);
  const wasExecuted = instance.status === 'executing';
  // The attempt that its circuit held back counts as the one that failed.
  if (instance.attempt === 0 || instance.status === 'held') instance.attempt++;
  const undone = undoVariables(draft, instance);
  const seen = seeFailure(draft, instance, failure);
  if (seen.retriesLeft !== null) keepRetriesLeft(node, instance, seen);
  const { decision, changes } = climbLadder(draft, node, instance, seen, judgeFailure(node, failure, seen));
  const isAsked = failure.kind === 'unknown-outcome' && mayReconcile(node, instance);
  if (recoveryOf(instance).reconciling) remember(instance, { reconciling: false });
  const action = isAsked ? 'reconcile' : actionOf(decision);
  const circuit = circuitOf(node, instance, failure);
  const recorded: VariableChange[] = [...undone, ...changes];
  rememberCircuit(instance, circuit, recorded.length > 0);
  draft.freesRetries ||= recorded.length > 0;
  const incident = incidentOf(draft, instance, seen, action, reasonOf(decision));
  if (!failure.isBetweenAttempts) recordFailedAttempt(draft, node, instance, incident);
  instance.incident = incident;
  releaseWait(draft, instance);
  const lossesInARow = isAsked ? instance.lossesInARow + 1 : 0;
  Object.assign(instance, { owner: null, lock: null, attemptStartedAt: null, lossesInARow });
  if (isAsked) {
    recordRecovery(draft, node, instance, incident, { exhausted: false, changes: recorded, delayMs: null });
    askReconciler(draft, node, instance);
    return;
  }
  // No wait needs no row: the next attempt begins with the very step that ends this one. One that fails before it has begun may do
  // so again and again: it takes a step each time.
  const isAtOnce = wasExecuted && decision.action !== 'resort' && decision.delayMs === 0 && !draft.state.paused;
  if (decision.action === 'reschedule') leaveUncounted(instance);
  if (!isAtOnce) follow(draft, node, instance, decision);
  const delayMs = decision.action === 'resort' ? null : decision.delayMs;
  recordRecovery(draft, node, instance, incident, { exhausted: decision.exhausted, changes: recorded, delayMs });
  instance.requestedBy = null;
  if (isAtOnce) beginAnew(draft, node, instance);
}

/** The task is executed again from its beginning, at once. */
export function beginAnew(draft: Draft, node: FlowNode, instance: ElementInstance): void {
  instance.status = 'ready';
  if (!draft.state.paused) draft.activate(draft, node, instance);
}

/** An incident: the visit waits for a person, or for the breaker that it is parked for. */
export function openIncident(draft: Draft, node: FlowNode, instance: ElementInstance, incident: Incident): void {
  instance.status = 'failed';
  instance.incident = incident;
  releaseTotalTimeout(draft, instance);
  draft.opened.add(instance.id);
  draft.effects.push({ type: 'open-incident', elementInstanceId: instance.id, nodeId: node.id, incident });
}

function follow(draft: Draft, node: FlowNode, instance: ElementInstance, decision: FailureDecision): void {
  if (decision.action === 'resort') {
    const { resort } = decision;
    if (resort.do === 'throw' || resort.do === 'skip' || resort.do === 'complete') {
      instance.status = 'ready';
      draft.resorts.push({ elementInstanceId: instance.id, resort });
    } else if (instance.incident) openIncident(draft, node, instance, instance.incident);
    return;
  }
  instance.status = 'retrying';
  instance.dueAt = draft.context.now + decision.delayMs;
  scheduleRetry(draft, instance, instance.dueAt);
}

function leaveUncounted(instance: ElementInstance): void {
  instance.budgetFrom++;
  remember(instance, { reschedules: recoveryOf(instance).reschedules + 1 });
}

/** The row of the visit's next automatic attempt. `isHeld`: it waits for its circuit, whatever its time. */
export function scheduleRetry(draft: Draft, instance: ElementInstance, dueAt: number, isHeld = false): void {
  const { circuit, mayGoElsewhere } = recoveryOf(instance);
  draft.effects.push({
    type: 'schedule-timer',
    kind: 'retry',
    elementInstanceId: instance.id,
    timerNodeId: '',
    dueAt,
    ...(circuit !== null && !mayGoElsewhere && { circuit }),
    ...(isHeld && { held: true }),
  });
}

/** What a worker says about the attempts that are left holds for those to come, too. */
function keepRetriesLeft(node: FlowNode, instance: ElementInstance, { attempts, retriesLeft, override }: FailedAttempt): void {
  const budget = override ?? (isActivity(node) ? node.retryPolicy : null) ?? SINGLE_ATTEMPT;
  const { curve, budgetMs } = budget;
  remember(instance, { budget: { maxAttempts: attempts + (retriesLeft ?? 0), curve, budgetMs } });
}

function mayReconcile(node: FlowNode, instance: ElementInstance): boolean {
  return reconcilerOf(node) !== null && !recoveryOf(instance).reconciling && instance.lossesInARow < LOSSES;
}

function actionOf(decision: FailureDecision): RecoveryAction {
  if (decision.action !== 'resort') return decision.action;
  return decision.resort.do === 'error' ? 'fail' : decision.resort.do;
}

/** What the attempt depended on: its connector says it, for a worker it is the type of the job. */
function circuitOf(node: FlowNode, instance: ElementInstance, { advice }: Failure): string | null {
  if (advice?.circuit !== undefined) return advice.circuit;
  const work = instance.lock === null ? null : workOf(node, instance);
  return work === null ? null : `task:${work.connector}`;
}

/** A ladder that has changed variables may have sent the next attempt to another endpoint; a task type stays what it is. */
function rememberCircuit(instance: ElementInstance, circuit: string | null, hasChanged: boolean): void {
  const known = circuit ?? recoveryOf(instance).circuit;
  if (known === null) return;
  const mayGoElsewhere = isEndpoint(known) && (hasChanged || recoveryOf(instance).mayGoElsewhere);
  remember(instance, { circuit: known, mayGoElsewhere });
}

/** With the words that an escalation is to say. */
function reasonOf(decision: FailureDecision): string {
  const isEscalated = decision.action === 'resort' && decision.resort.do === 'escalate';
  return isEscalated && decision.resort.message !== '' ? `${decision.reason}: ${decision.resort.message}` : decision.reason;
}

function incidentOf(
  draft: Draft,
  instance: ElementInstance,
  seen: FailedAttempt,
  action: RecoveryAction,
  reason: string,
): Incident {
  return {
    code: seen.code,
    message: seen.message,
    errorClass: seen.errorClass,
    kind: seen.kind,
    details: seen.details,
    attempt: instance.attempt,
    at: draft.context.now,
    decision: { action, reason },
    parkedFor: action === 'park' ? recoveryOf(instance).circuit : null,
  };
}

/** An expression that has no value, as a failure. `what` completes "Expected ... to be evaluated". */
export function expressionFailure(what: string, error: unknown): Failure {
  const reason = error instanceof Error ? error.message : String(error);
  return { code: 'EXPRESSION_FAILED', kind: 'model', message: `Expected ${what} to be evaluated, but: ${reason}` };
}
