import type { JsonObject, JsonValue, RetryAdvice } from '../engine/index.js';

/** One attempt of one task, as its connector gets it. */
export interface TaskAttempt {
  readonly tenantId: string;
  readonly instanceGuid: string;
  readonly elementInstanceId: number;
  readonly taskId: string;
  readonly taskName: string;
  /** From 1. */
  readonly attempt: number;
  /** The connector's settings from the model, as written: templates are not yet filled in. */
  readonly config: JsonObject;
  /** All variables, input mapping's included. */
  readonly variables: JsonObject;
  /** Only the input mapping's; null where there is none. */
  readonly local: JsonObject | null;
  /** `<instance>:<element instance>`, the same for every attempt of this visit. */
  readonly idempotencyKey: string;
  readonly correlationId: string;
  /** From the model; null: the connector's default. In ms. */
  readonly timeoutMs: number | null;
  /** A heartbeat is expected so often, in ms; null: none is. */
  readonly heartbeatMs: number | null;
  /** What an earlier attempt of this visit said last; null: nothing. */
  readonly heartbeatDetails: JsonValue;
  /** Says that the work goes on, and how far it has come: kept for the next attempt, should this one fail. */
  readonly heartbeat: (details: JsonValue) => void;
}

/** How an attempt ended. A connector that throws has failed with code `CONNECTOR_ERROR`. */
export type AttemptOutcome =
  | {
      readonly kind: 'completed';
      readonly result: JsonValue;
      /** Variables written besides the result (scripts: `context.x = ...`). */
      readonly variables?: JsonObject;
    }
  | {
      readonly kind: 'failed';
      /** Stable, upper case: `HTTP_503`, `TIMEOUT`, `CONNECTION_REFUSED`, `SCRIPT_ERROR`, ... */
      readonly code: string;
      /** For people; says the reason first. */
      readonly message: string;
      readonly details?: JsonObject;
      /** What is known about trying again; the policy decides. */
      readonly retry?: Pick<RetryAdvice, 'nonRetryable' | 'retryAfterMs' | 'nextDelayMs'>;
    }
  | {
      /** A modelled error, which an error boundary event may catch. */
      readonly kind: 'bpmn-error';
      readonly code: string;
      readonly message: string;
      readonly variables?: JsonObject;
    };

/** Does the work of a kind of task. One instance serves all attempts, many at a time. */
export interface Connector {
  /** What a model names: `http`, `script`, or a handler's task type. */
  readonly type: string;
  /** `signal` aborts when the instance is cancelled, the attempt is superseded or the server drains for too long. */
  execute(attempt: TaskAttempt, signal: AbortSignal): Promise<AttemptOutcome>;
  /**
   * What the attempt depends on, and fails with: the endpoint that it calls, as `https://host:port`; null: nothing outside of the
   * server. Absent: its task type.
   */
  circuitOf?(attempt: TaskAttempt): string | null;
}
