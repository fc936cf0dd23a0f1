/** Between two lines where there is no terminal, in ms: a log is read later, and should not be long. */
const LINE_EVERY_MS = 5_000;

/** Progress on the standard error: one line that changes on a terminal, a line from time to time elsewhere, nothing where quiet. */
export class Progress {
  private readonly isLive = process.stderr.isTTY;
  private lastAt = -Infinity;
  private isOpen = false;

  constructor(private readonly isQuiet: boolean) {}

  show(line: string): void {
    if (this.isQuiet) return;
    if (this.isLive) {
      this.isOpen = true;
      process.stderr.write(`\r\u001b[2K${line.slice(0, (process.stderr.columns ?? 80) - 1)}`);
      return;
    }
    const now = performance.now();
    if (now - this.lastAt < LINE_EVERY_MS) return;
    this.lastAt = now;
    process.stderr.write(`${line}\n`);
  }

  /** What is written next begins on a line of its own. */
  end(): void {
    if (this.isOpen) process.stderr.write('\n');
    this.isOpen = false;
  }
}
