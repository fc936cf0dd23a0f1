import { readReconciled, stillUnknown, type ReconciledOutcome } from '../behaviors/reconcile.js';
import { beginAnew, failElement } from '../behaviors/fail-element.js';
import { recordSucceededAttempt } from '../behaviors/record-success.js';
import { releaseWait } from '../behaviors/release-waits.js';
import { endTotalTime } from '../behaviors/run-out-of-time.js';
import { recoveryOf, remember } from '../behaviors/visit-recovery.js';
import { isActivity, type FlowNode } from '../definition/process-definition.js';
import { elementOf } from '../elements/index.js';
import { nodeOf, touchElement, type Draft } from '../state/draft.js';
import type { ElementInstance } from '../state/instance-state.js';
import type { JsonObject, JsonValue } from '../state/json.js';
import type { Rejected } from '../step-result.js';
import type { CompleteAttempt } from './command.js';
import { reject } from './guards.js';
import { stepOver } from './keep-trail.js';

/** An attempt succeeded: its result is written and the token goes on. Only the current attempt's holder can do so. */
export function completeAttempt(draft: Draft, command: CompleteAttempt): Rejected | null {
  const instance = currentAttempt(draft, command.elementInstanceId, command.attempt, command.byWorker);
  if ('kind' in instance) return instance;
  instance.owner = null;
  const node = nodeOf(draft, instance);
  draft.subject = instance;
  const { variables, result = resultIn(node, variables ?? {}) } = command;
  if (recoveryOf(instance).reconciling) {
    settleOutcome(draft, node, instance, readReconciled(result));
    return null;
  }
  stepOver(draft, node, instance, true);
  elementOf(node).resolve?.(draft, node, instance, { result, variables });
  return null;
}

/** The result of who hands in variables only. */
function resultIn(node: FlowNode, variables: JsonObject): JsonValue {
  const name = isActivity(node) ? node.resultVariable : null;
  return name !== null && Object.hasOwn(variables, name) ? (variables[name] ?? null) : variables;
}

/** The model's own task has said what became of the attempt whose outcome was unknown. */
function settleOutcome(draft: Draft, node: FlowNode, instance: ElementInstance, said: ReconciledOutcome): void {
  if (said.outcome === 'unknown') return failElement(draft, node, instance, stillUnknown(node, null));
  remember(instance, { reconciling: false });
  if (said.outcome === 'completed') {
    stepOver(draft, node, instance, true);
    elementOf(node).resolve?.(draft, node, instance, { result: said.result, variables: said.variables });
    return;
  }
  recordSucceededAttempt(draft, node, instance);
  releaseWait(draft, instance);
  instance.lock = null;
  if (hasNoTimeLeft(node, instance)) endTotalTime(draft, node, Object.assign(instance, { status: 'ready' }));
  else beginAnew(draft, node, instance);
}

/** The time for all attempts ran out with the attempt that was asked about. */
function hasNoTimeLeft(node: FlowNode, instance: ElementInstance): boolean {
  return isActivity(node) && 'work' in node && node.work.timeouts.totalMs !== null && recoveryOf(instance).totalDueAt === null;
}

/**
 * The visit while this very attempt runs; else a refusal: the outcome came late, twice or out of order, or from a worker that
 * never had the attempt.
 */
export function currentAttempt(
  draft: Draft,
  elementInstanceId: number,
  attempt: number,
  byWorker = false,
): ElementInstance | Rejected {
  const instance = touchElement(draft, elementInstanceId);
  const isCurrent = instance?.status === 'executing' && instance.attempt === attempt;
  if (isCurrent && (!byWorker || instance.lock !== null)) return instance;
  const found = !instance
    ? 'the visit has ended'
    : isCurrent
      ? 'a server executes it, no worker'
      : `it is ${instance.status} at attempt ${instance.attempt}`;
  return reject(
    'STALE_ATTEMPT',
    `Expected attempt ${attempt} of element instance ${elementInstanceId} to be executing, but ${found}.`,
    {
      elementInstanceId,
      attempt,
      ...(instance ? { taskId: instance.nodeId } : {}),
    },
  );
}
