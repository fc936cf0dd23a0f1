import type { BatchCounts, BatchItem, BatchItemState, BatchRecord } from '../../application/ports/batches.js';

/** A batch as `BATCH_COLUMNS` selects it. */
export interface BatchRow extends Omit<BatchRecord, 'id'> {
  readonly id: number;
}

export const BATCH_COLUMNS = `batch.id, batch.tenant_id AS "tenantId", batch.kind, batch.parameters, batch.selection, batch.options,
  batch.reason, batch.status, batch.status_reason AS "statusReason", batch.canary, batch.caller, batch.repeat_of AS "repeatOf",
  batch.total, batch.created_at AS "createdAt", batch.ended_at AS "endedAt", batch.active_ms AS "activeMs"`;

export const ITEM_COLUMNS = `item_no AS "itemNo", instance_id AS "instanceId", instance_guid AS "instanceGuid",
  element_instance_id AS "elementInstanceId", attempt, task_id AS "taskId", status_before AS "statusBefore", state,
  status_after AS "statusAfter", error_code AS "errorCode", error_message AS "errorMessage", reason, started_at AS "startedAt",
  ended_at AS "endedAt"`;

export type ItemRow = BatchItem;

/** Items in each state, counted where they stand: no counter that could be wrong. */
export const COUNTS = `(SELECT coalesce(json_object_agg(state, total), '{}') FROM (
    SELECT state, count(*) AS total FROM batch_item WHERE batch_id = batch.id GROUP BY state) AS by_state) AS counts`;

export interface CountedRow {
  readonly counts: Partial<Record<BatchItemState, number>>;
}

/** A batch and its counts out of one row, which may have more than that. */
export function countedBatch(row: BatchRow & CountedRow): { batch: BatchRecord; counts: BatchCounts } {
  return { batch: row, counts: row.counts };
}
