import {
  LimitPermits,
  type PermitGrant,
  type PermitShare,
  type PermitUse,
  type PermitWish,
  type TaskLimit,
} from '../../application/ports/limits.js';
import { int4Array, textArray } from '../connection/binary-array.js';
import type { BoundStatement, HotPool } from '../connection/hot-pool.js';
import { ALL_LIMITS, LIMITS_REVISION, LOCK_LIMITS, SHARE_PERMITS, STATE_PERMITS, TAKE_PERMITS } from '../sql/share-limits.js';

/** A node is declared dead after twice this time without a heartbeat: what it was granted before then it has begun by then. */
const LATE_HEARTBEAT_MS = 2_500;

interface LimitRow {
  tenant_id: string;
  key: string;
  max_concurrent: number | null;
  rate_per_second: number | null;
}

interface ShareRow {
  key: string;
  others_short: boolean;
  fair: number;
  crowded: boolean;
}

/** Permits in `limit_permit`, granted under the locks of the limits' rows. */
export class PgLimitPermits extends LimitPermits {
  constructor(private readonly pool: HotPool) {
    super();
  }

  async revision(): Promise<string> {
    const { rows } = await this.pool.query<{ revision: string }>(LIMITS_REVISION, []);
    return rows[0]?.revision ?? '';
  }

  async all(): Promise<(TaskLimit & { readonly tenantId: string })[]> {
    const { rows } = await this.pool.query<LimitRow>(ALL_LIMITS, []);
    return rows.map((row) => ({
      tenantId: row.tenant_id,
      key: row.key,
      maxConcurrent: row.max_concurrent,
      ratePerSecond: row.rate_per_second,
    }));
  }

  /** One write to the server, whose answer nobody waits for under the locks: a node that freezes here holds up no other. */
  async settle(
    tenantId: string,
    node: number,
    uses: readonly PermitUse[],
    wishes: readonly PermitWish[],
  ): Promise<{ grants: PermitGrant[]; shares: PermitShare[] }> {
    const keys = textArray(uses.map(({ key }) => key));
    const held = int4Array(uses.map((use) => use.held));
    const waiting = int4Array(uses.map((use) => use.waiting));
    const statements: BoundStatement[] = [
      { ...LOCK_LIMITS, values: [tenantId, keys] },
      { ...STATE_PERMITS, values: [tenantId, node, keys, held, waiting] },
      ...wishes.map((wish) => ({
        ...TAKE_PERMITS,
        values: [tenantId, node, textArray(wish.keys), wish.wanted, LATE_HEARTBEAT_MS],
      })),
      { ...SHARE_PERMITS, values: [tenantId, node, keys] },
    ];
    const results = await this.pool.transaction(statements);
    const grants = results.slice(2, -1).map(({ rows }) => {
      const row = rows[0] as { granted: number; next_in_ms: number } | undefined;
      return { granted: row?.granted ?? 0, nextInMs: row?.next_in_ms ?? 0 };
    });
    const shares = (results.at(-1)?.rows ?? []) as ShareRow[];
    return {
      grants,
      shares: shares.map((row) => ({ key: row.key, othersShort: row.others_short, fair: row.fair, crowded: row.crowded })),
    };
  }
}
