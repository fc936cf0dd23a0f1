import { Injectable, Logger } from '@nestjs/common';
import type { ActivatedJob } from '../../contract/activated-job.js';
import { StorageUnavailable } from '../ports/instance-store.js';
import { JobStore, type ClaimedJob } from '../ports/jobs.js';
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

/** Locks claimed jobs for a worker, each by a step of its instance. */
@Injectable()
export class JobActivation {
  private readonly logger = new Logger('Jobs');

  constructor(
    private readonly session: EngineSession,
    private readonly store: JobStore,
  ) {}

  /**
   * Those that could be locked, in their order; the claims of those that nobody waits for any more are given back. A job that cannot
   * be locked, because its instance cannot be read, say, keeps its claim until that runs out: the others go first.
   * @throws StorageUnavailable where none could, because the database is away
   */
  async activate(claimed: readonly ClaimedJob[], holder: JobHolder): Promise<ActivatedJob[]> {
    const unused: ClaimedJob[] = [];
    const stale: ClaimedJob[] = [];
    const away: StorageUnavailable[] = [];
    const locked = await Promise.all(
      claimed.map(async (job) => {
        if (holder.gone?.aborted) return keep(unused, job);
        try {
          return (await this.lock(job, holder)) ?? keep(stale, job);
        } catch (error) {
          // Whether it was locked is not known then: the claim, or the lock, runs out by itself.
          if (error instanceof StorageUnavailable) away.push(error);
          else
            this.logger.error(
              { instanceGuid: job.instanceGuid, jobType: job.jobType, error: String(error) },
              'A job could not be locked',
            );
          return null;
        }
      }),
    );
    await Promise.all([this.store.giveBack(unused), this.store.discard(stale)]).catch(() => undefined); // They run out.
    const jobs = locked.filter((job) => job !== null);
    if (jobs.length === 0 && away[0] !== undefined) throw away[0];
    return jobs;
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

function keep(jobs: ClaimedJob[], job: ClaimedJob): null {
  jobs.push(job);
  return null;
}
