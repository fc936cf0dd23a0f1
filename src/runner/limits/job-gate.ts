import { Injectable } from '@nestjs/common';
import { JobPermits, JobPermitStore, type JobOfVisit } from '../../application/ports/limits.js';
import { AttemptGate } from './attempt-gate.js';

/** Permits of jobs: those of types without a limit need none, which this process knows without asking. */
@Injectable()
export class JobGate extends JobPermits {
  constructor(
    private readonly gate: AttemptGate,
    private readonly store: JobPermitStore,
  ) {
    super();
  }

  async take<Job extends JobOfVisit>(
    tenantId: string,
    jobType: string,
    jobs: readonly Job[],
  ): Promise<{ granted: readonly Job[]; nextInMs: number }> {
    if (!this.gate.isLimited(tenantId, `task:${jobType}`)) return { granted: jobs, nextInMs: 0 };
    return this.store.take(tenantId, jobType, jobs);
  }

  async giveBack(tenantId: string, jobs: readonly JobOfVisit[]): Promise<void> {
    if (this.gate.hasLimits(tenantId)) await this.store.giveBack(tenantId, jobs);
  }
}
