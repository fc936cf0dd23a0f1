import type { BatchOutcome, BatchStatus, BatchStore } from '../ports/batches.js';
import type { Clock } from '../ports/clock.js';

/** Outcomes that are written together at most, and how long the first of them waits for others, in ms. */
const TOGETHER = 200;
const GATHER_MS = 50;

/** Writes how items ended, many at a time, and hears with each writing how the batch stands. */
export class OutcomeLog {
  private waiting: BatchOutcome[] = [];
  private timer: NodeJS.Timeout | null = null;
  private turn: Promise<void> = Promise.resolve();
  private error: Error | null = null;
  private since = performance.now();

  constructor(
    private readonly store: BatchStore,
    private readonly batchId: number,
    private readonly clock: Clock,
    private readonly heard: (status: BatchStatus) => void,
  ) {}

  add(outcome: BatchOutcome): void {
    this.waiting.push(outcome);
    if (this.waiting.length >= TOGETHER) this.write();
    else this.timer ??= setTimeout(() => this.write(), GATHER_MS);
  }

  /** Resolves when all is written. @throws Error of the first writing that failed: what it held is not written */
  async flush(): Promise<void> {
    this.write();
    await this.turn;
    if (this.error) throw this.error;
  }

  private write(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    const outcomes = this.waiting;
    this.waiting = [];
    this.turn = this.turn.then(() => this.record(outcomes));
  }

  private async record(outcomes: readonly BatchOutcome[]): Promise<void> {
    if (this.error) return;
    const now = performance.now();
    const activeMs = now - this.since;
    this.since = now;
    try {
      this.heard(await this.store.record(this.batchId, outcomes, activeMs, new Date(this.clock.now())));
    } catch (error) {
      this.error = error instanceof Error ? error : new Error(String(error));
    }
  }
}
