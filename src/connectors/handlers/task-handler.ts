import type { JsonObject, JsonValue } from '../../engine/index.js';
import type { AttemptOutcome, Connector, TaskAttempt } from '../connector.js';
import { NotJson, plainJson } from './plain-json.js';

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
 * modelled error. Variables are the handler's own copy. `signal` aborts when the attempt no longer matters.
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

  /** The model's time-out counts as a failure, whatever the handler makes of its signal. */
  private async within(attempt: TaskAttempt, signal: AbortSignal): Promise<JsonValue> {
    if (attempt.timeoutMs === null) return this.handler(attempt, signal);
    const { timeoutMs } = attempt;
    const deadline = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        const error = Object.assign(new Error(`Task timeout after ${timeoutMs} ms`), { code: 'TIMEOUT' });
        // In this order: a handler that answers its signal at once must not win by it.
        reject(error);
        deadline.abort(error);
      }, timeoutMs);
    });
    try {
      return await Promise.race([Promise.resolve(this.handler(attempt, AbortSignal.any([signal, deadline.signal]))), late]);
    } finally {
      clearTimeout(timer);
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
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return { kind: 'failed', code: typeof code === 'string' && code !== '' ? code : fallback, message };
}
