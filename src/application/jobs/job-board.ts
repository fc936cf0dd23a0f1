import { Injectable } from '@nestjs/common';
import type { ActivatedJob } from '../../contract/activated-job.js';
import { NodeIdentity } from '../ports/clock.js';
import { JobStore, type ClaimedJob, type JobKind } from '../ports/jobs.js';
import { JobPermits, type JobOfVisit } from '../ports/limits.js';
import { JobActivation } from './job-activation.js';
import { JobAdmission } from './job-admission.js';
import { jobIdOf } from './job-id.js';
import { JobLine } from './job-line.js';
import { KindAllowances, keyOf } from './kind-allowances.js';
import { WaitingWorker, type JobWish } from './waiting-worker.js';

/** The truth where hints are lost, while somebody waits; in ms. */
const POLL_MS = 1_000;

/**
 * Hands jobs to the workers that wait at this node. Those that wait for the same kinds stand in one line, which looks for jobs
 * when somebody joins it, when it is woken (a job was queued here, or another node says so), and once a second.
 */
@Injectable()
export class JobBoard {
  private readonly lines = new Map<string, JobLine>();
  private readonly linesByKind = new Map<string, Set<JobLine>>();
  private readonly allowances = new KindAllowances((kind) => this.wake(kind));
  private poll: NodeJS.Timeout | null = null;
  private closed = false;

  constructor(
    private readonly store: JobStore,
    private readonly admission: JobAdmission,
    private readonly permits: JobPermits,
    private readonly activation: JobActivation,
    private readonly node: NodeIdentity,
  ) {}

  /** How many workers wait here now. */
  get waiting(): number {
    let count = 0;
    for (const line of this.lines.values()) count += line.length;
    return count;
  }

  /**
   * At most `maxJobs` jobs, locked for the worker; none when there were none all the while, or the server shuts down.
   * @throws StorageUnavailable when the database was away at the end of the wait
   */
  take(wish: JobWish): Promise<readonly ActivatedJob[]> {
    if (this.closed || wish.gone?.aborted) return Promise.resolve([]);
    const worker = new WaitingWorker(wish, (over) => {
      if (this.lines.get(JSON.stringify(wish.kinds))?.leave(over)) over.giveNothing();
    });
    this.join(worker, false);
    return worker.answer;
  }

  /** There may be a job of this kind. */
  wake(kind: JobKind): void {
    for (const line of this.linesByKind.get(keyOf(kind)) ?? []) this.serve(line);
  }

  /** The job's attempt has ended: what it held of its limit is free, also for those that wait here. Never rejects. */
  async jobEnded(tenantId: string, job: JobOfVisit): Promise<void> {
    await this.permits.giveBack(tenantId, [job]).catch(() => undefined); // It ends with the lock.
    this.allowances.awake(tenantId);
  }

  /** From now on nobody waits here: all are told at once that there is no job. */
  close(): void {
    this.closed = true;
    for (const line of this.lines.values()) for (const worker of line.leaveAll()) worker.give([]);
  }

  private join(worker: WaitingWorker, first: boolean): void {
    const line = this.lineOf(worker.wish.kinds);
    line.join(worker, first);
    this.poll ??= setInterval(() => void this.lookAround(), POLL_MS);
    this.serve(line);
  }

  private lineOf(kinds: readonly JobKind[]): JobLine {
    const key = JSON.stringify(kinds);
    const known = this.lines.get(key);
    if (known) return known;
    const hand = (worker: WaitingWorker, jobs: readonly ClaimedJob[]): void => void this.hand(worker, jobs);
    const line = new JobLine(kinds, this.store, this.node.node, this.allowances, hand);
    this.lines.set(key, line);
    for (const kind of kinds) {
      const lines = this.linesByKind.get(keyOf(kind));
      if (lines) lines.add(line);
      else this.linesByKind.set(keyOf(kind), new Set([line]));
    }
    return line;
  }

  /** One question for all that wait, however many lines they stand in. Where it cannot be asked, each line learns why, and when it can. */
  private async lookAround(): Promise<void> {
    const kinds = new Map([...this.lines.values()].flatMap((line) => line.kinds.map((kind) => [keyOf(kind), kind] as const)));
    const open = await this.store.open([...kinds.values()]).catch(() => [...kinds.values()]);
    for (const kind of open) this.wake(kind);
    for (const line of this.lines.values()) if (line.hasFailed) this.serve(line);
  }

  private serve(line: JobLine): void {
    void line.serve().then(() => {
      if (line.isIdle) this.forget(line);
    });
  }

  private forget(line: JobLine): void {
    const key = JSON.stringify(line.kinds);
    if (this.lines.get(key) !== line) return;
    this.lines.delete(key);
    for (const kind of line.kinds) {
      const lines = this.linesByKind.get(keyOf(kind));
      lines?.delete(line);
      if (lines?.size === 0) this.linesByKind.delete(keyOf(kind));
    }
    if (this.lines.size > 0 || !this.poll) return;
    clearInterval(this.poll);
    this.poll = null;
  }

  /** Where all of the jobs turned out not to be there any more, or a limit keeps them, the worker waits on, before all others. */
  private async hand(worker: WaitingWorker, claimed: readonly ClaimedJob[]): Promise<void> {
    let admitted: readonly ClaimedJob[] = [];
    let jobs: readonly ActivatedJob[] = [];
    try {
      admitted = await this.admit(claimed);
      jobs = await this.activation.activate(admitted, worker.wish);
      if (jobs.length > 0 || worker.isOver || this.closed) worker.give(jobs);
      else this.join(worker, true);
    } catch (error) {
      worker.fail(error);
    } finally {
      const given = new Set(jobs.map(({ jobId }) => jobId));
      await this.admission.giveBack(admitted.filter((job) => !given.has(jobIdOf(job))));
    }
  }

  private async admit(claimed: readonly ClaimedJob[]): Promise<readonly ClaimedJob[]> {
    const { jobs, full, free } = await this.admission.admit(claimed);
    for (const kind of full) this.allowances.full(kind, kind.nextInMs);
    for (const kind of free) this.allowances.admitted(kind);
    return jobs;
  }
}
