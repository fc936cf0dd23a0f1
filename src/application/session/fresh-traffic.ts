/** Whether people and programs are asking for something on this server, other than by batches. */
export class FreshTraffic {
  private at = -Infinity;

  /** Somebody has just asked. */
  note(): void {
    this.at = performance.now();
  }

  /** Somebody has asked within the last `ms`. */
  within(ms: number): boolean {
    return performance.now() - this.at < ms;
  }
}
