/** Aborts at the first SIGINT or SIGTERM; a second one ends the process as it does by default. Call `end` when it is over. */
export class Interruption {
  private readonly controller = new AbortController();
  private readonly onSignal = (): void => {
    this.end();
    this.controller.abort();
  };

  constructor() {
    process.on('SIGINT', this.onSignal);
    process.on('SIGTERM', this.onSignal);
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  end(): void {
    process.off('SIGINT', this.onSignal);
    process.off('SIGTERM', this.onSignal);
  }
}
