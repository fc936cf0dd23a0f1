import type { ClaimedJob, JobKind, JobStore } from '../ports/jobs.js';
import type { KindAllowances } from './kind-allowances.js';
import type { WaitingWorker } from './waiting-worker.js';

/** Jobs claimed at once. */
const CLAIM = 500;
/** For how long a claimed job is ours: longer than its activation takes, in ms. */
const CLAIM_MS = 5_000;

/** The workers that wait for the same kinds of jobs, in the order of their arrival. */
export class JobLine {
  private workers: WaitingWorker[] = [];
  private isLooking = false;
  private isWoken = false;

  /** @param hand given a worker, which stands in the line no more, and the claimed jobs that it gets */
  constructor(
    readonly kinds: readonly JobKind[],
    private readonly store: JobStore,
    private readonly node: number,
    private readonly allowances: KindAllowances,
    private readonly hand: (worker: WaitingWorker, jobs: readonly ClaimedJob[]) => void,
  ) {}

  get length(): number {
    return this.workers.length;
  }

  /** Nobody stands in it, and it looks for nothing. */
  get isIdle(): boolean {
    return this.workers.length === 0 && !this.isLooking;
  }

  /** The newest look for somebody who stands in it failed. */
  get hasFailed(): boolean {
    return this.workers.some(({ failure }) => failure !== null);
  }

  join(worker: WaitingWorker, first: boolean): void {
    if (first) this.workers.unshift(worker);
    else this.workers.push(worker);
  }

  /** False when it does not stand here: it is being given jobs. */
  leave(worker: WaitingWorker): boolean {
    const at = this.workers.indexOf(worker);
    if (at >= 0) this.workers.splice(at, 1);
    return at >= 0;
  }

  leaveAll(): WaitingWorker[] {
    return this.workers.splice(0);
  }

  /** Looks for jobs as long as there may be some: once more for all that happens while it looks. Never rejects. */
  async serve(): Promise<void> {
    this.isWoken = true;
    if (this.isLooking) return;
    this.isLooking = true;
    while (this.isWoken && this.workers.length > 0) {
      this.isWoken = false;
      await this.look();
    }
    this.isLooking = false;
  }

  private async look(): Promise<void> {
    const asking = [...this.workers];
    const wanted = Math.min(
      CLAIM,
      asking.reduce((sum, { wish }) => sum + wish.maxJobs, 0),
    );
    try {
      const claimed = await this.claim(wanted);
      for (const worker of asking) worker.failure = null;
      if (claimed.length === wanted) this.isWoken = true;
      this.deal(claimed, asking);
    } catch (error) {
      for (const worker of asking) worker.failure = error;
    }
    for (const worker of asking) if (worker.isOver && this.leave(worker)) worker.giveNothing();
  }

  private async claim(wanted: number): Promise<ClaimedJob[]> {
    const kinds = this.kinds
      .map((kind) => ({ ...kind, most: Math.min(wanted, this.allowances.of(kind)) }))
      .filter(({ most }) => most > 0);
    return kinds.length === 0 ? [] : this.store.claim(kinds, wanted, this.node, CLAIM_MS);
  }

  /** One job each in the order of arrival, then a second each, and so on; what nobody wants any more is given back. */
  private deal(claimed: readonly ClaimedJob[], asking: readonly WaitingWorker[]): void {
    const hands = asking
      .filter((worker) => this.workers.includes(worker))
      .map((worker) => ({ worker, jobs: [] as ClaimedJob[] }));
    const unwanted: ClaimedJob[] = [];
    let open = hands;
    let turn = 0;
    for (const job of claimed) {
      if (turn >= open.length) {
        open = open.filter(({ worker, jobs }) => jobs.length < worker.wish.maxJobs);
        turn = 0;
      }
      (open[turn++]?.jobs ?? unwanted).push(job);
    }
    for (const { worker, jobs } of hands) if (jobs.length > 0 && this.leave(worker)) this.hand(worker, jobs);
    void this.store.giveBack(unwanted).catch(() => undefined); // The claim runs out by itself.
  }
}
