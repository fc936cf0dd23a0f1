/** Says that there may be something to read. One may wait for it; what is raised meanwhile is not lost. */
export class NewsFlag {
  private isRaised = true;
  private wake: (() => void) | null = null;

  raise(): void {
    this.isRaised = true;
    this.wake?.();
  }

  /** Resolves when it is raised, and lowers it; also when the signal aborts, or after `mostMs`. */
  async lowered(signal: AbortSignal, mostMs = Infinity): Promise<void> {
    if (!this.isRaised && !signal.aborted) await this.untilRaised(signal, mostMs);
    this.isRaised = false;
  }

  private untilRaised(signal: AbortSignal, mostMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = mostMs === Infinity ? undefined : setTimeout(() => end(), mostMs);
      const end = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        this.wake = null;
        resolve();
      };
      signal.addEventListener('abort', end);
      this.wake = end;
    });
  }
}
