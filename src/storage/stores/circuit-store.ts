import type { DataSource } from 'typeorm';
import {
  CircuitStore,
  type Circuit,
  type CircuitKey,
  type CircuitOverview,
  type HeldRow,
  type ParkedIncident,
} from '../../application/ports/circuits.js';
import type { ClaimedKey } from '../../application/ports/stores.js';
import type { AuditEntry } from '../../contract/audit-entry.js';
import { writeAudit } from '../audit/write-audit.js';
import { int4Array, int8Array, textArray, timestampArray } from '../connection/binary-array.js';
import type { HotPool } from '../connection/hot-pool.js';
import { inTransaction, queryRows } from '../readers/people-query.js';
import * as sql from '../sql/circuits.js';
import { markApplied } from './applied-claims.js';

interface KeyRow {
  tenant_id: string;
  circuit: string;
}

interface ParkedRow {
  instance_id: number;
  element_instance_id: number;
}

/** Circuits in `circuit`; what they hold back in `timer_job`. */
export class PgCircuitStore extends CircuitStore {
  constructor(
    private readonly pool: HotPool,
    private readonly dataSource: DataSource,
  ) {
    super();
  }

  change(
    { tenantId, circuit }: CircuitKey,
    decide: (circuit: Circuit | null, now: number) => Circuit,
    audit: (before: Circuit | null, after: Circuit) => readonly AuditEntry[],
    underClaim: ClaimedKey | null = null,
  ): Promise<Circuit> {
    return inTransaction(this.dataSource, async (manager) => {
      await manager.query(sql.ENSURE_CIRCUIT, [tenantId, circuit]);
      const [row] = await queryRows<{ status: Circuit | null; now: number }>(manager, sql.LOCK_CIRCUIT, [tenantId, circuit]);
      const before = row?.status ?? null;
      const after = decide(before, row?.now ?? 0);
      if (after !== before) {
        await manager.query(sql.WRITE_CIRCUIT, [tenantId, circuit, after.state, JSON.stringify(after)]);
        await writeAudit(manager, audit(before, after));
      }
      await markApplied(manager, underClaim);
      return after;
    });
  }

  async notClosed(): Promise<CircuitKey[]> {
    const { rows } = await this.pool.query<KeyRow>(sql.NOT_CLOSED_CIRCUITS, []);
    return rows.map(toKey);
  }

  async keep(node: number, leaseMs: number): Promise<(CircuitKey & { status: Circuit; now: number })[]> {
    const { rows } = await this.pool.query<KeyRow & { status: Circuit; now: number }>(sql.KEEP_CIRCUITS, [node, leaseMs]);
    return rows.map((row) => ({ ...toKey(row), status: row.status, now: row.now }));
  }

  async hold(rows: readonly HeldRow[]): Promise<void> {
    if (rows.length === 0) return;
    await this.pool.query(sql.HOLD_TIMERS, [
      int8Array(rows.map(({ instanceId }) => instanceId)),
      int4Array(rows.map(({ elementInstanceId }) => elementInstanceId)),
      textArray(rows.map(({ timerNodeId }) => timerNodeId)),
      timestampArray(rows.map(({ dueAt }) => dueAt)),
    ]);
  }

  async releaseHeld({ tenantId, circuit }: CircuitKey, limit: number, withPaused = false): Promise<number> {
    const { rows } = await this.pool.query<{ released: number }>(sql.RELEASE_HELD, [tenantId, circuit, limit, withPaused]);
    return rows[0]?.released ?? 0;
  }

  async heldInVain(): Promise<CircuitKey[]> {
    const { rows } = await this.pool.query<KeyRow>(sql.HELD_IN_VAIN, []);
    return rows.map(toKey);
  }

  async whoWaits({ tenantId, circuit }: CircuitKey): Promise<'now' | 'later' | 'nobody'> {
    const { rows } = await this.pool.query<{ waits: 'now' | 'later' | 'nobody' }>(sql.WHO_WAITS, [tenantId, circuit]);
    return rows[0]?.waits ?? 'nobody';
  }

  async parked({ tenantId, circuit }: CircuitKey, limit: number): Promise<ParkedIncident[]> {
    const { rows } = await this.pool.query<ParkedRow>(sql.PARKED_INCIDENTS, [tenantId, circuit, limit]);
    return rows.map(toParked);
  }

  async parkedInVain(limit: number): Promise<(CircuitKey & ParkedIncident)[]> {
    const { rows } = await this.pool.query<KeyRow & ParkedRow>(sql.PARKED_IN_VAIN, [limit]);
    return rows.map((row) => ({ ...toKey(row), ...toParked(row) }));
  }

  async overview(tenantId: string): Promise<CircuitOverview[]> {
    const rows = await queryRows<KeyRow & { status: Circuit; held: number; parked: number }>(
      this.dataSource,
      sql.CIRCUIT_OVERVIEW,
      [tenantId],
    );
    return rows.map((row) => ({ ...toKey(row), status: row.status, held: row.held, parked: row.parked }));
  }

  async counts(): Promise<{ open: number; held: number }> {
    const { rows } = await this.pool.query<{ open: number; held: number }>(sql.COUNT_CIRCUITS, []);
    return rows[0] ?? { open: 0, held: 0 };
  }

  async forgetClosed(afterMs: number): Promise<void> {
    await this.pool.query(sql.FORGET_CLOSED_CIRCUITS, [afterMs]);
  }
}

function toParked({ instance_id: instanceId, element_instance_id: elementInstanceId }: ParkedRow): ParkedIncident {
  return { instanceId, elementInstanceId };
}

function toKey({ tenant_id: tenantId, circuit }: KeyRow): CircuitKey {
  return { tenantId, circuit };
}
