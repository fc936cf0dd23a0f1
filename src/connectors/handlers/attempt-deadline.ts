/** When a handler must have ended, or given another sign of life. */
export class AttemptDeadline {
  /** Rejects when it is late; in the same turn the signal aborts, after it. */
  readonly late: Promise<never>;
  private readonly abort = new AbortController();
  private attemptTimer: NodeJS.Timeout | undefined;
  private heartbeatTimer: NodeJS.Timeout | undefined;
  private fail: (error: Error) => void = () => undefined;

  /**
   * @param timeoutMs for the whole attempt; null: no bound
   * @param heartbeatMs between two signs of life; null: none is expected
   */
  constructor(
    timeoutMs: number | null,
    private readonly heartbeatMs: number | null,
  ) {
    this.late = new Promise((_, reject) => (this.fail = reject));
    this.late.catch(() => undefined);
    if (timeoutMs !== null)
      this.attemptTimer = setTimeout(() => this.expire('TIMEOUT', `Task timeout after ${timeoutMs} ms`), timeoutMs);
    this.postpone();
  }

  get signal(): AbortSignal {
    return this.abort.signal;
  }

  /** A sign of life. */
  postpone(): void {
    const { heartbeatMs } = this;
    if (heartbeatMs === null || this.abort.signal.aborted) return;
    clearTimeout(this.heartbeatTimer);
    const message = `Heartbeat timeout: the task has not been heard of for ${heartbeatMs} ms`;
    this.heartbeatTimer = setTimeout(() => this.expire('HEARTBEAT_TIMEOUT', message), heartbeatMs);
  }

  cancel(): void {
    clearTimeout(this.attemptTimer);
    clearTimeout(this.heartbeatTimer);
  }

  private expire(code: string, message: string): void {
    this.cancel();
    const error = Object.assign(new Error(message), { code });
    // In this order: a handler that answers its signal at once must not win by it.
    this.fail(error);
    this.abort.abort(error);
  }
}
