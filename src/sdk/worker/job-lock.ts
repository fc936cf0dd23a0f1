import type { RepriseClient } from '../client.js';
import { RepriseError } from '../reprise-error.js';
import type { ActivatedJob } from '../../contract/activated-job.js';
import { JobAborted } from './worker-errors.js';

/** What a timer of Node can hold, in ms. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** What is told of heartbeats. */
export interface LockListener {
  readonly pauseRequested: () => void;
  /** A heartbeat did not get through; others follow while the lock holds. */
  readonly heartbeatFailed: (error: unknown) => void;
}

/** How much of its lock a worker lets pass between heartbeats, and how much of it a failed one costs. */
const SHARE = 3;

/**
 * A worker's hold on one job: extended by heartbeats, given up when the server says so or none gets through. Its end is reckoned on
 * this process's own steady clock, from the moment before each heartbeat: what the wall clock says is of no matter.
 */
export class JobLock {
  private readonly aborted = new AbortController();
  private readonly stopped = new AbortController();
  private endsAt: number;
  private beat: NodeJS.Timeout | null = null;
  private readonly end: NodeJS.Timeout | null;
  private inFlight: Promise<void> | null = null;
  private isPaused = false;
  private isReleased = false;

  /** @param handedAt when the job was handed over; on the clock of `performance.now()` */
  constructor(
    private readonly client: RepriseClient,
    private readonly job: ActivatedJob,
    private readonly worker: string,
    private readonly lockMs: number,
    private readonly listener: LockListener,
    handedAt: number,
  ) {
    this.endsAt = handedAt + lockMs;
    this.end = job.timeoutMs === null ? null : setTimeout(() => this.abort('timeout'), Math.min(job.timeoutMs, LONGEST_TIMER_MS));
    this.schedule();
  }

  /** Aborts when the work is of no use any more. */
  get signal(): AbortSignal {
    return this.aborted.signal;
  }

  /**
   * Aborts when the worker ends, whatever the job has come to: nothing is sent of it any more. One a job, so that the worker, which lasts,
   * keeps nothing of it.
   */
  get stopSignal(): AbortSignal {
    return this.stopped.signal;
  }

  /** Also where this process stood still for so long that the lock has run out meanwhile. */
  get isLost(): boolean {
    if (!this.signal.aborted && performance.now() >= this.endsAt) this.abort('lock-lost');
    return this.signal.aborted;
  }

  /** What is left of it, in ms. */
  get leftMs(): number {
    return Math.max(0, this.endsAt - performance.now());
  }

  /** Says that the work goes on, and how far it has come; one at a time. Never rejects. */
  readonly heartbeat = async (details?: unknown): Promise<void> => {
    while (this.inFlight) await this.inFlight;
    if (this.isLost || this.isReleased) return;
    this.inFlight = this.send(details).finally(() => (this.inFlight = null));
    await this.inFlight;
  };

  abort(reason: JobAborted['reason']): void {
    this.release();
    const why = new JobAborted(reason);
    this.aborted.abort(why);
    if (reason === 'stopped') this.stopped.abort(why);
  }

  /** No heartbeat any more: the job has ended, or the lock is to run out by itself. */
  release(): void {
    if (this.beat) clearTimeout(this.beat);
    if (this.end) clearTimeout(this.end);
    this.beat = null;
    this.isReleased = true;
  }

  private schedule(): void {
    if (this.isReleased) return;
    const { heartbeatTimeoutMs } = this.job;
    const every = Math.min(this.lockMs, heartbeatTimeoutMs ?? Infinity) / SHARE;
    if (this.beat) clearTimeout(this.beat);
    this.beat = setTimeout(() => void this.heartbeat().then(() => this.schedule()), every);
  }

  /** Never rejects. */
  private async send(details: unknown): Promise<void> {
    const { jobId, token, tenantId } = this.job;
    const askedAt = performance.now();
    const said = { jobId, token, worker: this.worker, lockDurationMs: this.lockMs, ...(details !== undefined && { details }) };
    // Not beyond the next one's time: that one says the same.
    const within = Math.ceil(Math.min(this.leftMs, this.lockMs / SHARE));
    try {
      const signal = AbortSignal.timeout(within);
      const answer = await this.client.recordHeartbeat(said, { tenant: tenantId, retryForMs: within, signal });
      this.endsAt = Math.max(this.endsAt, askedAt + this.lockMs);
      if (answer.cancelRequested) this.abort('cancelled');
      else if (answer.pauseRequested && !this.isPaused) this.listener.pauseRequested();
      this.isPaused = answer.pauseRequested;
    } catch (error) {
      if (error instanceof RepriseError && isLoss(error)) this.abort('cancelled');
      else if (!this.isLost) this.listener.heartbeatFailed(error);
    }
  }
}

/** The server says that this attempt is not this worker's any more. */
function isLoss({ httpStatus, statusCode }: RepriseError): boolean {
  return httpStatus === 200 && statusCode === '99';
}
