import { EndedInstances, type RemovalPosition, type RemovedBatch } from '../../application/ports/history.js';
import type { HotPool } from '../connection/hot-pool.js';
import { DATABASE_TIME, NEXT_DEFINITION, REMOVE_ENDED_INSTANCES } from '../sql/remove-ended-instances.js';
import { toTimestamp } from './timestamp.js';

/**
 * Instances looked at by one statement. With five visits and three attempts each they go in 8 ms where there are five weeks of
 * history, in 67 ms where there are 168: visits are looked for in each week since the start of their instance.
 */
const BATCH = 500;

interface LastSeen {
  readonly started_at: string;
  readonly id: number;
  readonly removed: number;
}

/** Retention by age: definition after definition, each from its oldest instance on. */
export class PgEndedInstances extends EndedInstances {
  constructor(private readonly pool: HotPool) {
    super();
  }

  async databaseTime(): Promise<number> {
    const { rows } = await this.pool.query<{ now: number }>(DATABASE_TIME, []);
    const [row] = rows;
    if (!row) throw new Error('Expected the database to tell its time, but it gave no row');
    return row.now;
  }

  async remove(before: number, from: RemovalPosition | null): Promise<RemovedBatch> {
    const position = from ?? (await this.definitionAfter(0));
    if (position === null) return { removed: 0, next: null };
    const { definitionId, startedAt, instanceId } = position;
    const { rows } = await this.pool.query<LastSeen>(REMOVE_ENDED_INSTANCES, [
      definitionId,
      startedAt,
      instanceId,
      toTimestamp(before),
      BATCH,
    ]);
    const [last] = rows;
    if (!last) return { removed: 0, next: await this.definitionAfter(definitionId) };
    return { removed: last.removed, next: { definitionId, startedAt: last.started_at, instanceId: last.id } };
  }

  private async definitionAfter(id: number): Promise<RemovalPosition | null> {
    const { rows } = await this.pool.query<{ id: number }>(NEXT_DEFINITION, [id]);
    const [next] = rows;
    return next ? { definitionId: next.id, startedAt: '-infinity', instanceId: 0 } : null;
  }
}
