import type { JsonObject, JsonValue } from '../../engine/index.js';
import type { AttemptOutcome, Connector, TaskAttempt } from '../connector.js';

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
 * modelled error. `signal` aborts when the attempt no longer matters.
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
      return { kind: 'completed', result: (await this.within(attempt, signal)) ?? null };
    } catch (error) {
      if (error instanceof BpmnError)
        return {
          kind: 'bpmn-error',
          code: error.code,
          message: error.message,
          ...(error.variables ? { variables: error.variables } : {}),
        };
      const message = error instanceof Error ? error.message : String(error);
      const code = (error as { code?: unknown }).code;
      return { kind: 'failed', code: typeof code === 'string' && code !== '' ? code : 'HANDLER_ERROR', message };
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
        deadline.abort(error);
        reject(error);
      }, timeoutMs);
    });
    try {
      return await Promise.race([Promise.resolve(this.handler(attempt, AbortSignal.any([signal, deadline.signal]))), late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
