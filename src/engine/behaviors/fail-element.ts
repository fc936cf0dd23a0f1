import { isActivity, type FlowNode } from '../definition/process-definition.js';
import { decideOnFailure } from '../recovery/decide-on-failure.js';
import type { ElementInstance, Incident } from '../state/instance-state.js';
import { changesBetween, type Draft } from '../state/draft.js';
import type { JsonObject, JsonValue } from '../state/json.js';
import type { VariableChange } from '../state/variable-change.js';
import { releaseWait } from './release-waits.js';

/** A failure as it happens. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly kind: Incident['kind'];
  readonly details?: JsonObject | null;
}

/** The element cannot go on: its policy runs it again later, or it waits for a person (an incident). */
export function failElement(draft: Draft, node: FlowNode, instance: ElementInstance, failure: Failure): void {
  const { now } = draft.context;
  if (instance.attempt === 0) instance.attempt = 1;
  const changes = undoVariables(draft, instance);
  recordFailedAttempt(draft, node, instance, failure);
  const decision = decideOnFailure(
    isActivity(node) ? node.retryPolicy : null,
    failure.kind,
    instance.attempt - instance.budgetFrom,
  );
  instance.incident = {
    code: failure.code,
    message: failure.message,
    kind: failure.kind,
    details: failure.details ?? null,
    attempt: instance.attempt,
    at: now,
    decision: { action: decision.action, reason: decision.reason },
  };
  releaseWait(draft, instance);
  instance.owner = null;
  instance.attemptStartedAt = null;
  instance.lossesInARow = 0;
  if (decision.action === 'retry') {
    instance.status = 'retrying';
    instance.dueAt = now + decision.delayMs;
    draft.effects.push({
      type: 'schedule-timer',
      kind: 'retry',
      elementInstanceId: instance.id,
      timerNodeId: '',
      dueAt: instance.dueAt,
    });
  } else {
    instance.status = 'failed';
    draft.effects.push({ type: 'open-incident', elementInstanceId: instance.id, nodeId: node.id, incident: instance.incident });
  }
  draft.effects.push({
    type: 'record-decision',
    action: decision.auditAction,
    outcome: decision.action === 'retry' ? 'succeeded' : 'failed',
    elementInstanceId: instance.id,
    nodeId: node.id,
    attempt: instance.attempt,
    changes,
    detail: {
      errorCode: failure.code,
      errorMessage: failure.message,
      reason: decision.reason,
      ...(instance.dueAt === null ? {} : { nextAttemptAt: instance.dueAt }),
      ...(instance.requestedBy === null
        ? {}
        : { command: instance.requestedBy.command, commandCorrelationId: instance.requestedBy.correlationId }),
    },
  });
  instance.requestedBy = null;
}

/**
 * `keepVariables: "onSuccess"`: the retry's variables go when its attempt fails, but for those that have been changed since.
 * @returns what changed by it
 */
function undoVariables(draft: Draft, instance: ElementInstance): VariableChange[] {
  if (instance.undo === null) return [];
  const { merged, absent, values } = instance.undo;
  const before = draft.state.variables;
  const kept: Record<string, JsonValue> = { ...before };
  const isOurs = (name: string): boolean => JSON.stringify(kept[name]) === JSON.stringify(merged[name]);
  for (const [name, value] of Object.entries(values)) if (isOurs(name)) kept[name] = value;
  for (const name of absent) if (isOurs(name)) delete kept[name];
  draft.state.variables = kept;
  instance.undo = null;
  return changesBetween(before, kept);
}

function recordFailedAttempt(draft: Draft, node: FlowNode, instance: ElementInstance, failure: Failure): void {
  draft.effects.push({
    type: 'record-attempt',
    elementInstanceId: instance.id,
    nodeId: node.id,
    attempt: instance.attempt,
    outcome: failure.kind === 'unknown-outcome' ? 'lost' : failure.kind === 'business' ? 'bpmn-error' : 'failed',
    errorCode: failure.code,
    errorMessage: failure.message,
    details: failure.details ?? null,
    startedAt: instance.attemptStartedAt ?? draft.context.now,
    endedAt: draft.context.now,
  });
}

/** An expression that has no value, as a failure. `what` completes "Expected ... to be evaluated". */
export function expressionFailure(what: string, error: unknown): Failure {
  const reason = error instanceof Error ? error.message : String(error);
  return { code: 'EXPRESSION_FAILED', kind: 'model', message: `Expected ${what} to be evaluated, but: ${reason}` };
}
