import type { JsonObject } from '../json.js';

/** Thrown by a handler for a modelled error, which an error boundary event may catch. */
export class BpmnError extends Error {
  override readonly name = 'BpmnError';

  /**
   * @param code 1 to 255 characters; with any other the job fails as `BPMN_ERROR_NOT_STORABLE`
   * @param variables written to the process; left out, and the message says so, where they cannot be stored
   */
  constructor(
    readonly code: string,
    message = `The worker threw '${code}'.`,
    readonly variables?: JsonObject,
  ) {
    super(message);
  }
}

/** Thrown by a handler where trying again is of no use: a person decides. */
export class NonRetryableError extends Error {
  override readonly name = 'NonRetryableError';

  /** @param code stable, for rules of the retry policy */
  constructor(
    message: string,
    readonly code?: string,
  ) {
    super(message);
  }
}

/** Thrown by a handler that knows when trying again may help. The retry policy still says how often. */
export class RetryAfter extends Error {
  override readonly name = 'RetryAfter';

  /** @param delayMs wait before the next attempt, in ms; no more than 366 days are waited */
  constructor(
    readonly delayMs: number,
    message = `To be tried again after ${delayMs} ms.`,
    readonly code?: string,
  ) {
    super(message);
  }
}

/** Why the signal of a job aborts. */
export class JobAborted extends Error {
  override readonly name = 'JobAborted';

  /**
   * `cancelled`: the job is somebody else's or nobody's, by the server's word. `lock-lost`: no heartbeat got through until the lock had
   * to be taken for lost. `timeout`: the attempt took longer than the model allows. `stopped`: the worker ends.
   */
  constructor(readonly reason: 'cancelled' | 'lock-lost' | 'timeout' | 'stopped') {
    super(`The job is not to be done any more: ${reason}`);
  }
}
