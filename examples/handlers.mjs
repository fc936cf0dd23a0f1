// Task handlers that run in the server: `REPRISE_HANDLERS=examples/handlers.mjs npm start`.
// The default export maps task types (what a model names) to functions. What a handler returns is the task's result; what it
// throws fails the task. `signal` aborts when the attempt no longer matters.

/**
 * @typedef {{ variables: Record<string, unknown>, taskName: string, attempt: number, idempotencyKey: string,
 *   heartbeatDetails: any, heartbeat: (details: any) => void }} Attempt
 */

export default {
  /** Does nothing: for trying things out and for benchmarks. */
  'reprise:noop': () => null,

  /** Fails until the variable `ok` is true: a task to practise recovery on. @param {Attempt} attempt */
  'reprise:fail-unless': ({ variables, taskName }) => {
    if (variables.ok !== true)
      throw Object.assign(new Error(`${taskName} failed: expected the variable ok to be true`), { code: 'NOT_OK' });
    return null;
  },

  /** Takes `delayMs` (1,000 unless set). @param {Attempt} attempt @param {AbortSignal} signal */
  'reprise:wait': ({ variables }, signal) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => resolve(null), Number(variables.delayMs ?? 1_000));
      signal.addEventListener('abort', () => (clearTimeout(timer), reject(signal.reason)), { once: true });
    }),

  /**
   * Works off the items `startIndex` to `endIndex` (not included) of the service at `serviceUrl`, and says after each how far it has
   * come: an attempt that follows a failed one goes on there. @param {Attempt} attempt @param {AbortSignal} signal
   */
  'sample-activity': async ({ variables, idempotencyKey, heartbeatDetails, heartbeat }, signal) => {
    const first = heartbeatDetails === null ? Number(variables.startIndex) : heartbeatDetails.finished + 1;
    for (let i = first; i < Number(variables.endIndex); i++) {
      const headers = { 'idempotency-key': `${idempotencyKey}:${i}` };
      const { ok, status } = await fetch(`${variables.serviceUrl}/items/${i}`, { method: 'POST', headers, signal });
      if (!ok) throw Object.assign(new Error(`Item ${i} could not be processed - ${status}`), { code: `HTTP_${status}` });
      heartbeat({ finished: i });
    }
    return { first };
  },
};
