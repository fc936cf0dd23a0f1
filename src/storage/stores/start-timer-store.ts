import { StartTimerStore, type StartTimer } from '../../application/ports/stores.js';
import type { HotPool } from '../connection/hot-pool.js';
import { ADVANCE_START_TIMER, CLAIM_START_TIMERS, END_START_TIMER } from '../sql/claim-start-timers.js';
import { toTimestamp } from './timestamp.js';

interface StartTimerRow {
  definition_id: number;
  start_event_id: string;
  tenant_id: string;
  due_at: number;
  remaining: number | null;
}

export class PgStartTimerStore extends StartTimerStore {
  constructor(private readonly pool: HotPool) {
    super();
  }

  async claimDue(now: number, limit: number, node: number, claimMs: number): Promise<StartTimer[]> {
    const { rows } = await this.pool.query<StartTimerRow>(CLAIM_START_TIMERS, [toTimestamp(now), limit, node, claimMs]);
    return rows.map((row) => ({
      definitionId: row.definition_id,
      startEventId: row.start_event_id,
      tenantId: row.tenant_id,
      dueAt: row.due_at,
      remaining: row.remaining,
    }));
  }

  async advance(timer: StartTimer, nextDueAt: number | null): Promise<boolean> {
    const row = [timer.definitionId, timer.startEventId, toTimestamp(timer.dueAt)];
    const { rowCount } =
      nextDueAt === null
        ? await this.pool.query(END_START_TIMER, row)
        : await this.pool.query(ADVANCE_START_TIMER, [...row, toTimestamp(nextDueAt)]);
    return rowCount === 1;
  }
}
