import { JobStore, type ClaimedJob, type JobKind, type WantedKind } from '../../application/ports/jobs.js';
import { int4Array, int8Array, textArray } from '../connection/binary-array.js';
import type { HotPool, Parameter, Statement } from '../connection/hot-pool.js';
import { CLAIM_JOBS, DISCARD_JOBS, GIVE_BACK_JOBS, OPEN_KINDS } from '../sql/claim-jobs.js';

interface JobRow {
  instance_id: number;
  element_instance_id: number;
  tenant_id: string;
  job_type: string;
  claim: string;
  guid: string;
}

/** Job rows: claimed here, written and deleted by the steps. */
export class PgJobStore extends JobStore {
  constructor(private readonly pool: HotPool) {
    super();
  }

  async claim(kinds: readonly WantedKind[], limit: number, node: number, claimMs: number): Promise<ClaimedJob[]> {
    const most = int4Array(kinds.map((kind) => kind.most ?? limit));
    const { rows } = await this.pool.query<JobRow>(CLAIM_JOBS, [...columnsOf(kinds), limit, node, claimMs, most]);
    return rows.map((row) => ({
      tenantId: row.tenant_id,
      instanceGuid: row.guid,
      instanceId: row.instance_id,
      elementInstanceId: row.element_instance_id,
      jobType: row.job_type,
      claim: row.claim,
    }));
  }

  async open(kinds: readonly JobKind[]): Promise<JobKind[]> {
    if (kinds.length === 0) return [];
    const { rows } = await this.pool.query<{ tenant_id: string; job_type: string }>(OPEN_KINDS, columnsOf(kinds));
    return rows.map(({ tenant_id, job_type }) => ({ tenantId: tenant_id, jobType: job_type }));
  }

  giveBack(jobs: readonly ClaimedJob[]): Promise<void> {
    return this.forEach(GIVE_BACK_JOBS, jobs);
  }

  discard(jobs: readonly ClaimedJob[]): Promise<void> {
    return this.forEach(DISCARD_JOBS, jobs);
  }

  private async forEach(statement: Statement, jobs: readonly ClaimedJob[]): Promise<void> {
    if (jobs.length === 0) return;
    const values: Parameter[] = [
      int8Array(jobs.map(({ instanceId }) => instanceId)),
      int4Array(jobs.map(({ elementInstanceId }) => elementInstanceId)),
      textArray(jobs.map(({ claim }) => claim)),
    ];
    await this.pool.query(statement, values);
  }
}

function columnsOf(kinds: readonly JobKind[]): [Buffer, Buffer] {
  return [textArray(kinds.map(({ tenantId }) => tenantId)), textArray(kinds.map(({ jobType }) => jobType))];
}
