/**
 * Looks again and again, one look at a time, with a rest between. One that fails leaves no trace: the database is away, and the next
 * finds the same.
 */
export class RepeatedLook {
  private timer: NodeJS.Timeout | null = null;
  private turn: Promise<void> = Promise.resolve();
  private stopped = true;

  /** @param restMs between the end of a look and the next */
  constructor(
    private readonly look: () => Promise<void>,
    private readonly restMs: number,
  ) {}

  /** @param afterMs until the first look */
  start(afterMs = this.restMs): void {
    this.stopped = false;
    this.schedule(afterMs);
  }

  /** Waits for the look that is under way. */
  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
    await this.turn;
  }

  /** Does this, too, behind the look that is under way. Nothing when stopped. */
  also(deed: () => Promise<void>): void {
    if (!this.stopped) this.turn = this.turn.then(deed).catch(() => undefined);
  }

  private schedule(afterMs: number): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => this.also(() => this.look().finally(() => this.schedule(this.restMs))), afterMs);
  }
}
