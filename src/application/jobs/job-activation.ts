import { Injectable } from '@nestjs/common';
import type { ActivatedJob } from '../../contract/activated-job.js';
import { StorageUnavailable } from '../ports/instance-store.js';
import { JobStore, type ClaimedJob, type JobKind } from '../ports/jobs.js';
import { JobPermits } from '../ports/limits.js';
import { EngineSession } from '../session/engine-session.js';
import { activatedJob } from './job-view.js';

/** For whom jobs are locked. */
export interface JobHolder {
  readonly worker: string;
  readonly lockMs: number;
  /** Names of the variables that are wanted; null: all. */
  readonly variables: readonly string[] | null;
  /** Aborted: nobody would hear of the jobs. */
  readonly gone: AbortSignal | null;
}

/** What came of claimed jobs. */
export interface Activation {
  readonly jobs: ActivatedJob[];
  /** Some were not handed out, because of a limit. */
  readonly isLimited: boolean;
}

/** Locks claimed jobs for a worker, each by a step of its instance. */
@Injectable()
export class JobActivation {
  constructor(
    private readonly session: EngineSession,
    private readonly store: JobStore,
    private readonly permits: JobPermits,
  ) {}

  /**
   * Those that could be locked, in their order; the claims of all others are given back.
   * @throws StorageUnavailable where none could, because the database is away
   */
  async activate(claimed: readonly ClaimedJob[], holder: JobHolder): Promise<Activation> {
    const permitted = await this.permit(claimed, holder.lockMs);
    const unused = claimed.filter((job) => !permitted.includes(job));
    const jobs = await this.lockAll(permitted, unused, holder);
    return { jobs, isLimited: unused.length > 0 && permitted.length < claimed.length };
  }

  private async lockAll(claimed: readonly ClaimedJob[], unused: ClaimedJob[], holder: JobHolder): Promise<ActivatedJob[]> {
    const stale: ClaimedJob[] = [];
    const failures: Error[] = [];
    const locked = await Promise.all(
      claimed.map(async (job) => {
        if (holder.gone?.aborted) return keep(unused, job);
        try {
          return (await this.lock(job, holder)) ?? keep(stale, job);
        } catch (error) {
          failures.push(error instanceof Error ? error : new Error(String(error)));
          // Whether it was locked is not known then: the claim, or the lock, runs out by itself.
          return error instanceof StorageUnavailable ? null : keep(unused, job);
        }
      }),
    );
    const ended = [...unused, ...stale].filter((job) => claimed.includes(job));
    await Promise.all([this.store.giveBack(unused), this.store.discard(stale), this.giveBackPermits(ended)]).catch(
      () => undefined,
    ); // They run out.
    const jobs = locked.filter((job) => job !== null);
    const [failure] = failures;
    if (jobs.length === 0 && failure) throw failure;
    return jobs;
  }

  /** Those that the tenant's limits let through now. */
  private async permit(claimed: readonly ClaimedJob[], lockMs: number): Promise<ClaimedJob[]> {
    const granted = await Promise.all(
      [...groupByKind(claimed)].map(([{ tenantId, jobType }, jobs]) => this.permits.take(tenantId, jobType, jobs, lockMs)),
    );
    const all = granted.flat();
    return claimed.filter((job) => all.includes(job));
  }

  private async giveBackPermits(jobs: readonly ClaimedJob[]): Promise<void> {
    for (const [{ tenantId, jobType }, each] of groupByKind(jobs)) await this.permits.giveBack(tenantId, jobType, each);
  }

  /** Null: the visit is not a job any more. */
  private async lock(
    { tenantId, instanceGuid, elementInstanceId }: ClaimedJob,
    { worker, lockMs, variables }: JobHolder,
  ): Promise<ActivatedJob | null> {
    const command = { type: 'activate-job', elementInstanceId, worker, lockMs } as const;
    const result = await this.session.apply({ tenantId, guid: instanceGuid }, command);
    return result.kind === 'done' ? activatedJob(result.instance, elementInstanceId, variables) : null;
  }
}

function groupByKind(jobs: readonly ClaimedJob[]): Map<JobKind, ClaimedJob[]> {
  const groups = new Map<string, [JobKind, ClaimedJob[]]>();
  for (const job of jobs) {
    const { tenantId, jobType } = job;
    const key = `${tenantId}\u0000${jobType}`;
    const group = groups.get(key);
    if (group) group[1].push(job);
    else groups.set(key, [{ tenantId, jobType }, [job]]);
  }
  return new Map(groups.values());
}

function keep(jobs: ClaimedJob[], job: ClaimedJob): null {
  jobs.push(job);
  return null;
}
