/** Lets so many through in a second, evenly. */
export class SteadyPace {
  private next = 0;

  /** @param perSecond null: as many as come */
  constructor(private readonly perSecond: number | null) {}

  /** Resolves when it is the caller's turn. */
  async turn(now: number = performance.now()): Promise<void> {
    if (this.perSecond === null) return;
    const at = Math.max(now, this.next);
    this.next = at + 1_000 / this.perSecond;
    if (at > now) await new Promise((resolve) => setTimeout(resolve, at - now));
  }
}
