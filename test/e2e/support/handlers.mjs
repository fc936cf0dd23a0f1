// Handlers of the tests' own, loaded as a user's are: by REPRISE_HANDLERS.
export default {
  /** @param {{ variables: Record<string, unknown>, config: unknown, attempt: number }} attempt */
  payOut: ({ variables, config, attempt }) => ({ paid: variables.amount, purpose: variables.purpose ?? null, config, attempt }),

  /** Takes its server with it, unless the variable `tame` is true. @param {{ variables: Record<string, unknown> }} attempt */
  endServer: ({ variables }) => {
    if (variables.tame !== true) process.exit(1);
    return 'tame';
  },

  /**
   * Fails as its variables say: `failure: { message, code, nonRetryable, retryAfterMs }`, up to `failures` times in a visit.
   * @param {{ variables: Record<string, any>, attempt: number }} attempt
   */
  failing: ({ variables, attempt }) => {
    if (attempt > (variables.failures ?? Infinity)) return { attempt };
    throw Object.assign(new Error(variables.failure?.message ?? 'no reason'), variables.failure);
  },

  /**
   * Counts on from where the attempt before had come to; the first attempt never ends.
   * @param {{ heartbeatDetails: any, heartbeat: (details: any) => void }} attempt
   * @param {AbortSignal} signal
   */
  counting: async ({ heartbeatDetails, heartbeat }, signal) => {
    if (heartbeatDetails !== null) return { from: heartbeatDetails.done };
    heartbeat({ done: 3 });
    await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
    return null;
  },

  /**
   * Works without end; told to stop, it says so to the service.
   * @param {{ variables: Record<string, any>, attempt: number }} attempt
   * @param {AbortSignal} signal
   */
  stopping: ({ variables, attempt }, signal) =>
    new Promise(() => {
      signal.addEventListener('abort', () => void fetch(`${variables.serviceUrl}/stopped/${attempt}`), { once: true });
    }),
};
