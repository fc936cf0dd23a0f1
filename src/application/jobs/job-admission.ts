import { Injectable } from '@nestjs/common';
import { JobStore, type ClaimedJob, type JobKind } from '../ports/jobs.js';
import { JobPermits } from '../ports/limits.js';

/** A kind whose limit lets no more out now. `nextInMs`: when its rate lets the next one through; 0: no rate is in the way. */
export interface FullKind extends JobKind {
  readonly nextInMs: number;
}

export interface Admission {
  readonly jobs: ClaimedJob[];
  /** Kinds of which not all were let through, and of which all were. */
  readonly full: readonly FullKind[];
  readonly free: readonly JobKind[];
}

/** Lets through as many claimed jobs as the limits of their types allow. */
@Injectable()
export class JobAdmission {
  constructor(
    private readonly permits: JobPermits,
    private readonly store: JobStore,
  ) {}

  /**
   * Those that may be given to a worker; the claims of the others are given back.
   * @throws StorageUnavailable
   */
  async admit(claimed: readonly ClaimedJob[]): Promise<Admission> {
    const byKind = new Map<string, ClaimedJob[]>();
    for (const job of claimed) {
      const key = JSON.stringify([job.tenantId, job.jobType]);
      const ofKind = byKind.get(key);
      if (ofKind) ofKind.push(job);
      else byKind.set(key, [job]);
    }
    const jobs: ClaimedJob[] = [];
    const full: FullKind[] = [];
    const free: JobKind[] = [];
    for (const ofKind of byKind.values()) {
      const [first] = ofKind;
      if (!first) continue;
      const { tenantId, jobType } = first;
      const { granted, nextInMs } = await this.permits.take(tenantId, jobType, ofKind);
      jobs.push(...granted);
      if (granted.length < ofKind.length) full.push({ tenantId, jobType, nextInMs });
      else free.push({ tenantId, jobType });
    }
    const admittedJobs = new Set(jobs);
    const refused = claimed.filter((job) => !admittedJobs.has(job));
    if (refused.length > 0) await this.store.giveBack(refused).catch(() => undefined); // The claims run out.
    // In their order again.
    return { jobs: claimed.filter((job) => admittedJobs.has(job)), full, free };
  }

  /** Jobs that were admitted and not given out. Never rejects: what is not given back ends by itself. */
  async giveBack(jobs: readonly ClaimedJob[]): Promise<void> {
    for (const job of jobs) await this.permits.giveBack(job.tenantId, [job]).catch(() => undefined);
  }
}
