/** When a failed task is run again by itself. Without one there is a single attempt. */
export interface RetryPolicy {
  /** Attempts in all, the first included. At least 1. */
  readonly maxAttempts: number;
  /** Waits before attempt 2, 3, ... in ms; the last one is repeated. Never empty; each is at least 0. */
  readonly delaysMs: readonly number[];
}
