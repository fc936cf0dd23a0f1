import { CallStore, type ChildRecord, type DueCall } from '../../application/ports/calls.js';
import type { CalledBy, InstanceKey } from '../../application/ports/instance-store.js';
import type { InstanceStatus } from '../../engine/index.js';
import { int4Array, int8Array, textArray, timestampArray } from '../connection/binary-array.js';
import type { HotPool } from '../connection/hot-pool.js';
import { CLAIM_CALLS, DISCARD_CALLS, NEWEST_CHILDREN, OPEN_CHILDREN } from '../sql/instance-calls.js';

interface CallRow {
  instance_id: number;
  element_instance_id: number;
  kind: DueCall['kind'];
  tenant_id: string;
  process_key: string | null;
  run: number | null;
  queued_at: number;
}

/** Calls between instances. Their rows are written by the steps themselves, on the commit path. */
export class PgCallStore extends CallStore {
  constructor(private readonly pool: HotPool) {
    super();
  }

  async claimDue(limit: number, node: number, claimMs: number): Promise<DueCall[]> {
    const { rows } = await this.pool.query<CallRow>(CLAIM_CALLS, [limit, node, claimMs]);
    return rows.map((row) => ({
      instanceId: row.instance_id,
      elementInstanceId: row.element_instance_id,
      kind: row.kind,
      tenantId: row.tenant_id,
      processKey: row.process_key,
      run: row.run,
      queuedAt: row.queued_at,
    }));
  }

  async discard(calls: readonly DueCall[]): Promise<void> {
    if (calls.length === 0) return;
    await this.pool.query(DISCARD_CALLS, [
      int8Array(calls.map(({ instanceId }) => instanceId)),
      int4Array(calls.map(({ elementInstanceId }) => elementInstanceId)),
      textArray(calls.map(({ kind }) => kind)),
      timestampArray(calls.map(({ queuedAt }) => queuedAt)),
    ]);
  }

  async openChildrenOf(instanceId: number, elementInstanceId: number): Promise<InstanceKey[]> {
    const { rows } = await this.pool.query<{ tenant_id: string; guid: string }>(OPEN_CHILDREN, [instanceId, elementInstanceId]);
    return rows.map(({ tenant_id: tenantId, guid }) => ({ tenantId, guid }));
  }

  async childrenOf(instanceId: number, limit: number): Promise<ChildRecord[]> {
    const { rows } = await this.pool.query<{ guid: string; status: InstanceStatus; called_by: CalledBy }>(NEWEST_CHILDREN, [
      instanceId,
      limit,
    ]);
    return rows.map(({ guid, status, called_by: { nodeId, elementInstanceId } }) => ({
      instanceGuid: guid,
      taskId: nodeId,
      elementInstanceId,
      status,
    }));
  }
}
