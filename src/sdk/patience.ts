/**
 * For how long one try of a call may take, at most until a signal aborts. Not `AbortSignal.any`: Node keeps what that makes of a signal
 * for as long as the signal lives, 90 bytes a call on that of a worker.
 */
export class Patience {
  private readonly over = new AbortController();
  private readonly timer: NodeJS.Timeout;

  constructor(
    ms: number,
    private readonly until: AbortSignal | undefined,
  ) {
    this.timer = setTimeout(() => this.over.abort(new Error(`no answer within ${ms} ms`)), ms);
    if (until?.aborted === true) this.giveUp();
    else until?.addEventListener('abort', this.giveUp);
  }

  /** Aborts when it is over. */
  get signal(): AbortSignal {
    return this.over.signal;
  }

  /** The try has ended. */
  end(): void {
    clearTimeout(this.timer);
    this.until?.removeEventListener('abort', this.giveUp);
  }

  private readonly giveUp = (): void => this.over.abort(this.until?.reason);
}
