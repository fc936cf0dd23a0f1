import { TimerStore, type DueTimer } from '../../application/ports/stores.js';
import type { TimerKind } from '../../engine/index.js';
import { int4Array, int8Array, textArray, timestampArray } from '../connection/binary-array.js';
import type { HotPool } from '../connection/hot-pool.js';
import { CLAIM_DUE_TIMERS, COUNT_DUE_TIMERS, DISCARD_TIMERS, NEXT_TIMER } from '../sql/claim-due-timers.js';
import { RELEASE_CLAIMS, RELEASE_CLAIMS_OF_NODE } from '../sql/release-claims.js';
import { toTimestamp } from './timestamp.js';

interface TimerRow {
  instance_id: number;
  element_instance_id: number;
  timer_node_id: string;
  kind: TimerKind;
  due_at: number;
  tenant_id: string;
  circuit: string | null;
  probe: boolean;
}

/** Timer rows of instances. They are written and deleted by the steps themselves, on the commit path. */
export class PgTimerStore extends TimerStore {
  constructor(private readonly pool: HotPool) {
    super();
  }

  async claimDue(now: number, limit: number, node: number, claimMs: number, except: readonly number[]): Promise<DueTimer[]> {
    const values = [toTimestamp(now), limit, node, claimMs, int8Array(except)];
    const { rows } = await this.pool.query<TimerRow>(CLAIM_DUE_TIMERS, values);
    return rows.map((row) => ({
      instanceId: row.instance_id,
      elementInstanceId: row.element_instance_id,
      timerNodeId: row.timer_node_id,
      kind: row.kind,
      dueAt: row.due_at,
      tenantId: row.tenant_id,
      circuit: row.circuit,
      ...(row.probe && { probe: true }),
    }));
  }

  async release(timers: readonly DueTimer[], node: number): Promise<void> {
    if (timers.length > 0) await this.pool.query(RELEASE_CLAIMS, [...keysOf(timers), node]);
  }

  async releaseAllOf(node: number, now: number): Promise<void> {
    await this.pool.query(RELEASE_CLAIMS_OF_NODE, [node, toTimestamp(now)]);
  }

  async discard(timers: readonly DueTimer[]): Promise<void> {
    if (timers.length > 0) await this.pool.query(DISCARD_TIMERS, keysOf(timers));
  }

  async nextDueAt(except: readonly number[]): Promise<number | null> {
    const { rows } = await this.pool.query<{ due_at: number }>(NEXT_TIMER, [int8Array(except)]);
    return rows[0]?.due_at ?? null;
  }

  async countDue(now: number): Promise<number> {
    const { rows } = await this.pool.query<{ due: number }>(COUNT_DUE_TIMERS, [toTimestamp(now)]);
    return rows[0]?.due ?? 0;
  }
}

/** The rows as they were claimed: one that was scheduled anew has another time. */
function keysOf(timers: readonly DueTimer[]): Buffer[] {
  return [
    int8Array(timers.map(({ instanceId }) => instanceId)),
    int4Array(timers.map(({ elementInstanceId }) => elementInstanceId)),
    textArray(timers.map(({ timerNodeId }) => timerNodeId)),
    timestampArray(timers.map(({ dueAt }) => dueAt)),
  ];
}
