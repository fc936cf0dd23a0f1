import type { ActivatedJob } from '../../contract/activated-job.js';
import type { JobKind } from '../ports/jobs.js';
import type { JobHolder } from './job-activation.js';

/** What a worker asks for. */
export interface JobWish extends JobHolder {
  readonly kinds: readonly JobKind[];
  readonly maxJobs: number;
  /** How long it waits where there is none, in ms. */
  readonly waitMs: number;
}

/** A worker that asks for jobs, until it is answered. */
export class WaitingWorker {
  /** Its time is over, or it has gone away: it is answered with what it has been given. */
  isOver: boolean;
  /** Why the newest look for jobs failed; null: it did not. */
  failure: unknown = null;
  readonly answer: Promise<readonly ActivatedJob[]>;
  private readonly timer: NodeJS.Timeout | null;
  private settle: { resolve: (jobs: readonly ActivatedJob[]) => void; reject: (error: unknown) => void } | null = null;

  /** @param onOver called once when its time is over or it goes away, unless it is answered before */
  constructor(
    readonly wish: JobWish,
    onOver: (worker: WaitingWorker) => void,
  ) {
    this.isOver = wish.waitMs === 0;
    this.answer = new Promise((resolve, reject) => (this.settle = { resolve, reject }));
    const end = (): void => {
      this.isOver = true;
      onOver(this);
    };
    this.timer = wish.waitMs > 0 ? setTimeout(end, wish.waitMs) : null;
    wish.gone?.addEventListener('abort', end, { once: true });
  }

  get hasGone(): boolean {
    return this.wish.gone?.aborted ?? false;
  }

  give(jobs: readonly ActivatedJob[]): void {
    if (this.timer) clearTimeout(this.timer);
    this.settle?.resolve(jobs);
  }

  /** Nothing was found; that nothing could be looked for is another answer. */
  giveNothing(): void {
    if (this.failure === null || this.hasGone) this.give([]);
    else this.fail(this.failure);
  }

  fail(error: unknown): void {
    if (this.timer) clearTimeout(this.timer);
    this.settle?.reject(error);
  }
}
