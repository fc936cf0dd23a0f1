import type { AttemptOutcome, TaskAttempt } from '../connectors/connector.js';
import { findJsonProblem } from '../contract/json-rules.js';
import type { CompleteAttempt, ExecuteAttempt, FailAttempt, JsonValue, RetryAdvice } from '../engine/index.js';
import type { InstanceHeader } from '../application/ports/instance-store.js';

/** What a connector is told of an attempt. */
export function toAttempt(
  header: InstanceHeader,
  effect: ExecuteAttempt,
  taskName: string,
  heartbeat: (details: JsonValue) => void,
): TaskAttempt {
  const idempotencyKey = `${header.guid}:${effect.elementInstanceId}`;
  return {
    tenantId: header.tenantId,
    instanceGuid: header.guid,
    elementInstanceId: effect.elementInstanceId,
    taskId: effect.nodeId,
    taskName,
    attempt: effect.attempt,
    config: effect.work.config,
    variables: effect.variables,
    local: effect.local,
    idempotencyKey,
    correlationId: `${idempotencyKey}:${effect.attempt}`,
    timeoutMs: effect.work.timeoutMs,
    heartbeatMs: effect.work.timeouts.heartbeatMs,
    heartbeatDetails: effect.heartbeat,
    heartbeat,
  };
}

/**
 * The command that hands an outcome in. What cannot be stored without loss has failed with that reason (CONTRACT section 8),
 * and so has what cannot even be looked at: an outcome comes from code that is not ours. Never throws.
 *
 * @param circuitOf asked where it has failed: what the attempt depends on
 */
export function toCommand(
  effect: ExecuteAttempt,
  outcome: AttemptOutcome,
  circuitOf: () => string | null,
): CompleteAttempt | FailAttempt {
  try {
    const problem = findJsonProblem(contentOf(outcome), { maxDepth: 34, maxKeyLength: 256 });
    return problem
      ? unstorable(effect, `The task's ${problem.path} cannot be stored: ${problem.message}`)
      : commandOf(effect, outcome, circuitOf);
  } catch (error) {
    return unstorable(effect, `The task's result could not be read: ${describeError(error)}`);
  }
}

/** The attempt has failed, because nothing else of it can be kept. It was made all the same: another would do its work twice. */
export function unstorable({ elementInstanceId, attempt }: ExecuteAttempt, message: string): FailAttempt {
  const nothing = { bpmnError: false, details: null, variables: null };
  const retry = { nonRetryable: true };
  return { type: 'fail-attempt', elementInstanceId, attempt, code: 'RESULT_NOT_STORABLE', message, retry, ...nothing };
}

/** How an attempt ended, for what is counted. */
export function outcomeName(command: CompleteAttempt | FailAttempt): AttemptOutcome['kind'] {
  if (command.type === 'complete-attempt') return 'completed';
  return command.bpmnError ? 'bpmn-error' : 'failed';
}

/** What was thrown, in words, whatever it is: even an object that cannot be made a text. */
export function describeError(error: unknown): string {
  try {
    return error instanceof Error ? error.message : String(error);
  } catch {
    return 'a value without a text was thrown';
  }
}

/** What of an outcome is kept as JSON, by the name that a message calls it. */
function contentOf(outcome: AttemptOutcome): Readonly<Record<string, unknown>> {
  switch (outcome.kind) {
    case 'completed':
      return { result: outcome.result, variables: outcome.variables ?? null };
    case 'bpmn-error':
      return { variables: outcome.variables ?? null };
    case 'failed':
      return { details: outcome.details ?? null };
  }
}

function commandOf(
  { elementInstanceId, attempt }: ExecuteAttempt,
  outcome: AttemptOutcome,
  circuitOf: () => string | null,
): CompleteAttempt | FailAttempt {
  if (outcome.kind === 'completed') {
    return { type: 'complete-attempt', elementInstanceId, attempt, result: outcome.result, variables: outcome.variables ?? null };
  }
  return {
    type: 'fail-attempt',
    elementInstanceId,
    attempt,
    code: outcome.code,
    message: outcome.message,
    bpmnError: outcome.kind === 'bpmn-error',
    details: outcome.kind === 'failed' ? (outcome.details ?? null) : null,
    variables: outcome.kind === 'bpmn-error' ? (outcome.variables ?? null) : null,
    retry: outcome.kind === 'failed' ? adviceOf(outcome, circuitOf()) : null,
  };
}

function adviceOf({ retry }: Extract<AttemptOutcome, { kind: 'failed' }>, circuit: string | null): RetryAdvice {
  return { ...retry, ...(circuit !== null && { circuit }) };
}
