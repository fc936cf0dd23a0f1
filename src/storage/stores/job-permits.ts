import { JobPermitStore, type JobOfVisit } from '../../application/ports/limits.js';
import { int4Array, int8Array, textArray } from '../connection/binary-array.js';
import type { BoundStatement, HotPool } from '../connection/hot-pool.js';
import { DROP_JOB_PERMITS, GIVE_BACK_JOB_PERMITS, LOCK_LIMITS, TAKE_JOB_PERMITS } from '../sql/share-limits.js';

/** No node's number: a job's permit belongs to nobody's process. */
const NO_NODE = 0;

/** Permits of jobs in `job_permit`, granted under the lock of the limit's row. */
export class PgJobPermits extends JobPermitStore {
  constructor(private readonly pool: HotPool) {
    super();
  }

  async take<Job extends JobOfVisit>(
    tenantId: string,
    jobType: string,
    jobs: readonly Job[],
  ): Promise<{ granted: Job[]; nextInMs: number }> {
    if (jobs.length === 0) return { granted: [], nextInMs: 0 };
    const key = `task:${jobType}`;
    const [ids, visits] = columnsOf(jobs);
    const results = await this.pool.transaction([
      { ...LOCK_LIMITS, values: [tenantId, textArray([key])] },
      { ...DROP_JOB_PERMITS, values: [tenantId, key] },
      giveBack(jobs),
      { ...TAKE_JOB_PERMITS, values: [tenantId, NO_NODE, textArray([key]), ids, visits] },
    ]);
    const row = results.at(-1)?.rows[0] as { granted: number; next_in_ms: number } | undefined;
    return { granted: jobs.slice(0, row?.granted ?? 0), nextInMs: row?.next_in_ms ?? 0 };
  }

  async giveBack(_tenantId: string, jobs: readonly JobOfVisit[]): Promise<void> {
    if (jobs.length > 0) await this.pool.transaction([giveBack(jobs)]);
  }
}

function giveBack(jobs: readonly JobOfVisit[]): BoundStatement {
  return { ...GIVE_BACK_JOB_PERMITS, values: columnsOf(jobs) };
}

function columnsOf(jobs: readonly JobOfVisit[]): [Buffer, Buffer] {
  return [int8Array(jobs.map(({ instanceId }) => instanceId)), int4Array(jobs.map(({ elementInstanceId }) => elementInstanceId))];
}
