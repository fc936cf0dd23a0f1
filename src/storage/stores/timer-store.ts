import { TimerStore, type DueTimer } from '../../application/ports/stores.js';
import type { TimerKind } from '../../engine/index.js';
import type { HotPool } from '../connection/hot-pool.js';
import { CLAIM_DUE_TIMERS, COUNT_DUE_TIMERS, DISCARD_TIMER, NEXT_TIMER } from '../sql/claim-due-timers.js';
import { toTimestamp } from './timestamp.js';

interface TimerRow {
  instance_id: number;
  element_instance_id: number;
  timer_node_id: string;
  kind: TimerKind;
  due_at: number;
}

/** Timer rows of instances. They are written and deleted by the steps themselves, on the commit path. */
export class PgTimerStore extends TimerStore {
  constructor(private readonly pool: HotPool) {
    super();
  }

  async claimDue(now: number, limit: number, node: number, claimMs: number): Promise<DueTimer[]> {
    const { rows } = await this.pool.query<TimerRow>(CLAIM_DUE_TIMERS, [toTimestamp(now), limit, node, claimMs]);
    return rows.map((row) => ({
      instanceId: row.instance_id,
      elementInstanceId: row.element_instance_id,
      timerNodeId: row.timer_node_id,
      kind: row.kind,
      dueAt: row.due_at,
    }));
  }

  async discard(timer: DueTimer): Promise<void> {
    const { instanceId, elementInstanceId, timerNodeId, dueAt } = timer;
    await this.pool.query(DISCARD_TIMER, [instanceId, elementInstanceId, timerNodeId, toTimestamp(dueAt)]);
  }

  async nextDueAt(): Promise<number | null> {
    const { rows } = await this.pool.query<{ due_at: number }>(NEXT_TIMER, []);
    return rows[0]?.due_at ?? null;
  }

  async countDue(now: number): Promise<number> {
    const { rows } = await this.pool.query<{ due: number }>(COUNT_DUE_TIMERS, [toTimestamp(now)]);
    return rows[0]?.due ?? 0;
  }
}
