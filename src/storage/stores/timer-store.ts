import { TimerStore, type DueTimer } from '../../application/ports/stores.js';
import type { TimerKind } from '../../engine/index.js';
import { int4Array, int8Array, textArray, timestampArray } from '../connection/binary-array.js';
import type { HotPool, Parameter, Statement } from '../connection/hot-pool.js';
import {
  CLAIM_DUE_TIMERS,
  CLAIM_OF_TENANTS,
  COUNT_DUE_TIMERS,
  DISCARD_TIMERS,
  NEXT_TENANTS,
  NEXT_TIMER,
} from '../sql/claim-due-timers.js';
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

/** Tenants that one claim looks at: one probe of an index each. */
const TENANTS = 100;

/** Timer rows of instances. They are written and deleted by the steps themselves, on the commit path. */
export class PgTimerStore extends TimerStore {
  /** The last claim was full. */
  private hasBacklog = false;
  /** The tenant that was looked at last; the next claim begins behind it. */
  private lastTenant = '';

  constructor(private readonly pool: HotPool) {
    super();
  }

  /**
   * Where a claim was full there is more than one takes, and from then on each takes of every tenant first. Without such a backlog
   * all that is due is in one claim, and the order of tenants would only cost.
   */
  async claimDue(now: number, limit: number, node: number, claimMs: number, except: readonly number[]): Promise<DueTimer[]> {
    const claim = [node, claimMs, int8Array(except)];
    const ofTenants = this.hasBacklog ? await this.claimInTurn(now, limit, claim) : [];
    const left = limit - ofTenants.length;
    const oldest = left > 0 ? await this.claim(CLAIM_DUE_TIMERS, [toTimestamp(now), left, ...claim]) : [];
    this.hasBacklog = oldest.length === left;
    return [...ofTenants, ...oldest];
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

  /** An equal part of the claim for each of the next tenants that have something due. */
  private async claimInTurn(now: number, limit: number, claim: readonly Parameter[]): Promise<DueTimer[]> {
    const tenants = Math.min(TENANTS, limit);
    const values = [toTimestamp(now), this.lastTenant, tenants];
    const { rows } = await this.pool.query<{ tenant_id: string; is_due: boolean }>(NEXT_TENANTS, values);
    // Behind the last of all stands the first one.
    this.lastTenant = rows.length < tenants ? '' : (rows.at(-1)?.tenant_id ?? '');
    const due = rows.flatMap(({ tenant_id, is_due }) => (is_due ? [tenant_id] : []));
    if (due.length === 0) return [];
    return this.claim(CLAIM_OF_TENANTS, [toTimestamp(now), Math.floor(limit / due.length), ...claim, textArray(due)]);
  }

  private async claim(statement: Statement, values: readonly Parameter[]): Promise<DueTimer[]> {
    const { rows } = await this.pool.query<TimerRow>(statement, values);
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
