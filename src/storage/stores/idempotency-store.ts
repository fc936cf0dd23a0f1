import { IdempotencyStore, type IdempotencyClaim } from '../../application/ports/stores.js';
import type { HotPool, Parameter } from '../connection/hot-pool.js';
import {
  CLAIM_IDEMPOTENCY_KEY,
  DELETE_OLD_KEYS,
  READ_IDEMPOTENCY_KEY,
  RELEASE_IDEMPOTENCY_KEY,
  STORE_ANSWER,
} from '../sql/claim-idempotency-key.js';

interface RecordRow {
  request_hash: string;
  node: number;
  applied: boolean;
  instance_guid: string | null;
  http_status: number | null;
  body: string | null;
  alive: boolean;
}

/**
 * Keys of requests and their first answers. Other nodes' claims hold while the node lives; this one's while it executes:
 * a claim whose end could not be written because the database was away does not lock its key for good.
 */
export class PgIdempotencyStore extends IdempotencyStore {
  private readonly executing = new Set<string>();

  constructor(private readonly pool: HotPool) {
    super();
  }

  async claim(tenantId: string, key: string, requestHash: string, node: number): Promise<IdempotencyClaim> {
    const mark = markOf(tenantId, key);
    for (;;) {
      // One at a time in this process: of two, the later would take the earlier's claim for one that was given up.
      const isBusy = this.executing.has(mark);
      if (!isBusy && (await this.tryClaim(mark, [tenantId, key, requestHash, node]))) return { kind: 'claimed' };
      const { rows } = await this.pool.query<RecordRow>(READ_IDEMPOTENCY_KEY, [tenantId, key]);
      const [row] = rows;
      if (row) return judge(row, requestHash, row.node === node ? this.executing.has(mark) : row.alive);
      if (isBusy) return { kind: 'in-progress' };
      // Released between the two statements: it can be claimed again.
    }
  }

  async storeAnswer(tenantId: string, key: string, httpStatus: number, body: string): Promise<void> {
    try {
      await this.pool.query(STORE_ANSWER, [tenantId, key, httpStatus, body]);
    } finally {
      this.executing.delete(markOf(tenantId, key));
    }
  }

  async release(tenantId: string, key: string): Promise<void> {
    try {
      await this.pool.query(RELEASE_IDEMPOTENCY_KEY, [tenantId, key]);
    } finally {
      this.executing.delete(markOf(tenantId, key));
    }
  }

  async deleteOlderThan(ageMs: number): Promise<number> {
    return (await this.pool.query(DELETE_OLD_KEYS, [ageMs])).rowCount ?? 0;
  }

  private async tryClaim(mark: string, values: readonly Parameter[]): Promise<boolean> {
    this.executing.add(mark);
    let isOurs = false;
    try {
      isOurs = (await this.pool.query(CLAIM_IDEMPOTENCY_KEY, values)).rowCount === 1;
    } finally {
      if (!isOurs) this.executing.delete(mark);
    }
    return isOurs;
  }
}

function judge(row: RecordRow, requestHash: string, isExecuting: boolean): IdempotencyClaim {
  if (row.request_hash !== requestHash) return { kind: 'mismatch' };
  if (row.body !== null && row.http_status !== null) return { kind: 'replay', httpStatus: row.http_status, body: row.body };
  if (row.applied && !isExecuting) return { kind: 'applied-without-answer', instanceGuid: row.instance_guid };
  return { kind: 'in-progress' };
}

function markOf(tenantId: string, key: string): string {
  return JSON.stringify([tenantId, key]);
}
