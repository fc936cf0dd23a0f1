import { IdempotencyStore, type ClaimedKey, type IdempotencyClaim, type StoredAnswer } from '../../application/ports/stores.js';
import { textArray } from '../connection/binary-array.js';
import type { HotPool } from '../connection/hot-pool.js';
import {
  CLAIM_IDEMPOTENCY_KEY,
  DELETE_OLD_KEYS,
  READ_IDEMPOTENCY_KEY,
  RELEASE_IDEMPOTENCY_KEY,
  RENEW_CLAIMS,
  STORE_ANSWER,
  TAKE_OVER_IDEMPOTENCY_KEY,
} from '../sql/claim-idempotency-key.js';

interface RecordRow {
  request_hash: string;
  claim: string;
  applied: boolean;
  instance_guid: string | null;
  http_status: number | null;
  body: string | null;
  given_up: boolean;
}

/** Keys of requests and their first answers. */
export class PgIdempotencyStore extends IdempotencyStore {
  constructor(private readonly pool: HotPool) {
    super();
  }

  async claim({ tenantId, key, claim }: ClaimedKey, requestHash: string, leaseMs: number): Promise<IdempotencyClaim> {
    const wanted = [tenantId, key, requestHash, claim];
    for (;;) {
      if ((await this.pool.query(CLAIM_IDEMPOTENCY_KEY, wanted)).rowCount === 1) return { kind: 'claimed' };
      const { rows } = await this.pool.query<RecordRow>(READ_IDEMPOTENCY_KEY, [tenantId, key, leaseMs]);
      const [row] = rows;
      if (!row) continue; // Released between the two statements: it can be claimed again.
      const found = judge(row, requestHash);
      if (found.kind !== 'in-progress' || !row.given_up) return found;
      const taken = await this.pool.query(TAKE_OVER_IDEMPOTENCY_KEY, [...wanted, leaseMs]);
      return taken.rowCount === 1 ? { kind: 'claimed' } : found;
    }
  }

  async renew(held: readonly ClaimedKey[]): Promise<void> {
    const columns = [held.map(({ tenantId }) => tenantId), held.map(({ key }) => key), held.map(({ claim }) => claim)];
    await this.pool.query(RENEW_CLAIMS, columns.map(textArray));
  }

  async storeAnswer({ tenantId, key, claim }: ClaimedKey, { httpStatus, body }: StoredAnswer): Promise<StoredAnswer | null> {
    const values = [tenantId, key, claim, httpStatus, body];
    const { rows } = await this.pool.query<{ http_status: number; body: string }>(STORE_ANSWER, values);
    const [stored] = rows;
    return stored ? { httpStatus: stored.http_status, body: stored.body } : null;
  }

  async release({ tenantId, key, claim }: ClaimedKey): Promise<boolean> {
    return (await this.pool.query(RELEASE_IDEMPOTENCY_KEY, [tenantId, key, claim])).rowCount === 1;
  }

  async deleteOlderThan(ageMs: number): Promise<number> {
    return (await this.pool.query(DELETE_OLD_KEYS, [ageMs])).rowCount ?? 0;
  }
}

function judge(row: RecordRow, requestHash: string): IdempotencyClaim {
  if (row.request_hash !== requestHash) return { kind: 'mismatch' };
  if (row.body !== null && row.http_status !== null) return { kind: 'replay', httpStatus: row.http_status, body: row.body };
  if (row.applied && row.given_up) return { kind: 'answer-lost', instanceGuid: row.instance_guid, claim: row.claim };
  return { kind: 'in-progress' };
}
