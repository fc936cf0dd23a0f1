import { Injectable } from '@nestjs/common';
import { JobStore, type ClaimedJob, type JobKind } from '../ports/jobs.js';
import { JobPermits } from '../ports/limits.js';

/** Lets through as many claimed jobs as the limits of their types allow. */
@Injectable()
export class JobAdmission {
  constructor(
    private readonly permits: JobPermits,
    private readonly store: JobStore,
  ) {}

  /**
   * Those that may be given to a worker for `lockMs`; the claims of the others are given back, and their kinds are full.
   * @throws StorageUnavailable
   */
  async admit(claimed: readonly ClaimedJob[], lockMs: number): Promise<{ jobs: ClaimedJob[]; full: JobKind[] }> {
    const byKind = new Map<string, ClaimedJob[]>();
    for (const job of claimed) {
      const key = JSON.stringify([job.tenantId, job.jobType]);
      const ofKind = byKind.get(key);
      if (ofKind) ofKind.push(job);
      else byKind.set(key, [job]);
    }
    const jobs: ClaimedJob[] = [];
    const full: JobKind[] = [];
    for (const ofKind of byKind.values()) {
      const [first] = ofKind;
      if (!first) continue;
      const { tenantId, jobType } = first;
      const admitted = await this.permits.take(tenantId, jobType, ofKind, lockMs);
      jobs.push(...admitted);
      if (admitted.length < ofKind.length) full.push({ tenantId, jobType });
    }
    const admittedJobs = new Set(jobs);
    const refused = claimed.filter((job) => !admittedJobs.has(job));
    if (refused.length > 0) await this.store.giveBack(refused).catch(() => undefined); // The claims run out.
    // In their order again.
    return { jobs: claimed.filter((job) => admittedJobs.has(job)), full };
  }

  /** Jobs that were admitted and not given out. Never rejects: what is not given back ends with its lock. */
  async giveBack(jobs: readonly ClaimedJob[]): Promise<void> {
    for (const job of jobs) await this.permits.giveBack(job.tenantId, [job]).catch(() => undefined);
  }
}
