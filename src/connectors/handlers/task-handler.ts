import { NotJson, plainJson } from '../../contract/plain-json.js';
import type { JsonObject, JsonValue } from '../../engine/index.js';
import type { AttemptOutcome, Connector, TaskAttempt } from '../connector.js';
import { AttemptDeadline } from './attempt-deadline.js';

/** Thrown by a handler for a modelled error, which an error boundary event may catch. */
export class BpmnError extends Error {
  override readonly name = 'BpmnError';

  constructor(
    readonly code: string,
    message: string,
    readonly variables?: JsonObject,
  ) {
    super(message);
  }
}

/**
 * Work done in the server. What is returned is the task's result; anything thrown fails the task, a `BpmnError` as a
 * modelled error. An error's `code`, `nonRetryable: true` and `retryAfterMs` are what the retry policy is told. Variables are
 * the handler's own copy. `signal` aborts when the attempt no longer matters or has run out of time.
 */
export type TaskHandler = (attempt: TaskAttempt, signal: AbortSignal) => Promise<JsonValue> | JsonValue;

/** A handler as a connector of its task type. */
export class HandlerConnector implements Connector {
  constructor(
    readonly type: string,
    private readonly handler: TaskHandler,
  ) {}

  async execute(attempt: TaskAttempt, signal: AbortSignal): Promise<AttemptOutcome> {
    try {
      const value: unknown = await this.within(withOwnVariables(attempt), signal);
      return stored(() => ({ kind: 'completed', result: plainJson(value) }));
    } catch (error) {
      if (!(error instanceof BpmnError)) return failure(error, 'HANDLER_ERROR');
      const { code, message, variables } = error;
      if (variables === undefined) return { kind: 'bpmn-error', code, message };
      return stored(() => ({ kind: 'bpmn-error', code, message, variables: plainJson(variables, 'variables') as JsonObject }));
    }
  }

  /** The model's time-outs count as failures, whatever the handler makes of its signal. */
  private async within(attempt: TaskAttempt, signal: AbortSignal): Promise<JsonValue> {
    if (attempt.timeoutMs === null && attempt.heartbeatMs === null) return this.handler(attempt, signal);
    const deadline = new AttemptDeadline(attempt.timeoutMs, attempt.heartbeatMs);
    const { heartbeat: tell } = attempt;
    const heartbeat = (details: JsonValue): void => {
      deadline.postpone();
      tell(details);
    };
    try {
      const watched = Object.defineProperty(attempt, 'heartbeat', { value: heartbeat });
      return await Promise.race([
        Promise.resolve(this.handler(watched, AbortSignal.any([signal, deadline.signal]))),
        deadline.late,
      ]);
    } finally {
      deadline.cancel();
    }
  }
}

/** What the engine holds must not change under it. Copied when it is looked at: many handlers look at little. */
function withOwnVariables(attempt: TaskAttempt): TaskAttempt {
  let variables: JsonObject | undefined;
  let local: JsonObject | null | undefined;
  return {
    ...attempt,
    get variables() {
      return (variables ??= structuredClone(attempt.variables));
    },
    get local() {
      return (local ??= structuredClone(attempt.local));
    },
  };
}

/** A value that is no JSON, or whose getters throw, is the task's failure. */
function stored(make: () => AttemptOutcome): AttemptOutcome {
  try {
    return make();
  } catch (error) {
    return error instanceof NotJson
      ? { kind: 'failed', code: 'RESULT_NOT_STORABLE', message: error.message }
      : failure(error, 'RESULT_NOT_STORABLE');
  }
}

function failure(error: unknown, fallback: string): AttemptOutcome {
  const message = error instanceof Error ? error.message : String(error);
  const { code, nonRetryable, retryAfterMs } = propertiesOf(error);
  const retry = {
    ...(nonRetryable === true && { nonRetryable }),
    ...(typeof retryAfterMs === 'number' && retryAfterMs >= 0 && { retryAfterMs }),
  };
  return {
    kind: 'failed',
    code: typeof code === 'string' && code !== '' ? code : fallback,
    message,
    ...(Object.keys(retry).length > 0 && { retry }),
  };
}

/** What a handler may say of a failure besides its message: `code`, `nonRetryable`, `retryAfterMs`. */
function propertiesOf(error: unknown): Partial<Record<'code' | 'nonRetryable' | 'retryAfterMs', unknown>> {
  return typeof error === 'object' && error !== null ? error : {};
}
