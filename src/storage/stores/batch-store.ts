import type { DataSource, EntityManager } from 'typeorm';
import {
  BatchStore,
  type BatchCounts,
  type BatchItem,
  type BatchItemState,
  type BatchOutcome,
  type BatchPreview,
  type BatchRecord,
  type BatchSelection,
  type BatchStatus,
  type BatchTarget,
  type NewBatch,
} from '../../application/ports/batches.js';
import type { ClaimedKey } from '../../application/ports/stores.js';
import type { AuditEntry } from '../../contract/audit-entry.js';
import { writeAudit } from '../audit/write-audit.js';
import { textArray } from '../connection/binary-array.js';
import type { BoundStatement, HotPool } from '../connection/hot-pool.js';
import { RowBuffer } from '../connection/row-buffer.js';
import { previewSelection } from '../readers/batch-preview.js';
import { BATCH_COLUMNS, countedBatch, COUNTS, type BatchRow, type CountedRow, type ItemRow } from '../readers/batch-rows.js';
import { compileSelection } from '../readers/batch-selection.js';
import { inTransaction, queryRows } from '../readers/people-query.js';
import { SqlCondition } from '../readers/sql-condition.js';
import { endBatchItems } from '../sql/batch-items.js';
import { BATCH_ITEMS, CLAIM_BATCHES, KEEP_BATCH, PENDING_ITEMS, RELEASE_BATCH, REMOVE_ENDED_BATCH } from '../sql/run-batches.js';
import { markApplied } from './applied-claims.js';
import { freeText } from './stored-text.js';

/** Choosing a million items takes longer than any other query of a person. */
const CHOOSING_TIMEOUT = "SET LOCAL statement_timeout = '120s'";

/** Batches in `batch` and `batch_item`. What people ask goes through their own pool; the run is on the engine's. */
export class PgBatchStore extends BatchStore {
  constructor(
    private readonly pool: HotPool,
    private readonly dataSource: DataSource,
  ) {
    super();
  }

  preview(tenantId: string, selection: BatchSelection, target: BatchTarget, samples: number): Promise<BatchPreview> {
    return previewSelection(this.dataSource, tenantId, selection, target, samples);
  }

  create(
    batch: NewBatch,
    selection: BatchSelection,
    target: BatchTarget,
    { maxItems, expectedItems }: { readonly maxItems: number; readonly expectedItems: number | null },
    audit: (created: BatchRecord) => AuditEntry,
    underClaim: ClaimedKey | null,
  ): Promise<{ kind: 'created'; batch: BatchRecord } | { kind: 'refused'; total: number }> {
    return inTransaction(this.dataSource, async (manager) => {
      await manager.query(CHOOSING_TIMEOUT);
      await manager.query('SELECT pg_advisory_xact_lock($1::bigint)', [batch.id]);
      const [known] = await queryRows<BatchRow>(manager, `SELECT ${BATCH_COLUMNS} FROM batch WHERE id = $1`, [batch.id]);
      if (known) return { kind: 'created', batch: known };
      const total = await this.choose(manager, batch, selection, target, maxItems);
      if (total === 0 || total > maxItems || (expectedItems !== null && total !== expectedItems)) {
        await manager.query('DELETE FROM batch_item WHERE batch_id = $1', [batch.id]);
        return { kind: 'refused', total };
      }
      const created = await this.insert(manager, batch, total);
      await writeAudit(manager, [audit(created)]);
      await markApplied(manager, underClaim);
      return { kind: 'created', batch: created };
    });
  }

  async find(tenantId: string, id: number): Promise<{ batch: BatchRecord; counts: BatchCounts } | null> {
    const [row] = await queryRows<BatchRow & CountedRow>(
      this.dataSource,
      `SELECT ${BATCH_COLUMNS}, ${COUNTS} FROM batch WHERE batch.id = $2 AND batch.tenant_id = $1`,
      [tenantId, id],
    );
    return row ? countedBatch(row) : null;
  }

  async list(
    tenantId: string,
    { status, kind }: { readonly status?: readonly BatchStatus[] | undefined; readonly kind?: string | undefined },
    { pageNumber, pageSize }: { readonly pageNumber: number; readonly pageSize: number },
  ): Promise<{ items: { batch: BatchRecord; counts: BatchCounts }[]; totalRecords: number }> {
    const condition = new SqlCondition();
    condition.andEquals('batch.tenant_id', tenantId);
    condition.andEquals('batch.kind', kind);
    if (status !== undefined) condition.and(`batch.status = ANY (${condition.bind(status)}::text[])`);
    const limit = condition.bind(pageSize);
    const offset = condition.bind((pageNumber - 1) * pageSize);
    const rows = await queryRows<BatchRow & CountedRow & { total_records: number }>(
      this.dataSource,
      `SELECT ${BATCH_COLUMNS}, ${COUNTS}, total_records FROM (
         SELECT *, count(*) OVER () AS total_records FROM batch WHERE ${condition.text} ORDER BY id DESC LIMIT ${limit} OFFSET ${offset}
       ) AS batch ORDER BY batch.id DESC`,
      condition.parameters,
    );
    const totalRecords = rows[0]?.total_records ?? 0;
    return { items: rows.map(countedBatch), totalRecords };
  }

  async items(
    batchId: number,
    states: readonly BatchItemState[] | null,
    after: number,
    limit: number,
  ): Promise<readonly BatchItem[]> {
    if (states?.length === 1 && states[0] === 'pending')
      return (await this.pool.query<ItemRow>(PENDING_ITEMS, [batchId, after, limit])).rows;
    const wanted = states === null ? null : textArray(states);
    return (await this.pool.query<ItemRow>(BATCH_ITEMS, [batchId, wanted, after, limit])).rows;
  }

  move(
    tenantId: string,
    id: number,
    from: readonly BatchStatus[],
    to: BatchStatus,
    reason: string | null,
    audit: (before: BatchRecord) => AuditEntry,
    underClaim: ClaimedKey | null,
  ): Promise<BatchRecord | null> {
    return inTransaction(this.dataSource, async (manager) => {
      const [moved] = await queryRows<BatchRow>(
        manager,
        `WITH moved AS (
           UPDATE batch SET status = $4, status_reason = $5
           WHERE id = $2 AND tenant_id = $1 AND status = ANY ($3::text[]) RETURNING *)
         SELECT ${BATCH_COLUMNS} FROM moved AS batch`,
        [tenantId, id, from, to, freeText(reason)],
      );
      if (!moved) return null;
      await writeAudit(manager, [audit(moved)]);
      await markApplied(manager, underClaim);
      return moved;
    });
  }

  async claim(node: number, leaseMs: number, limit: number): Promise<readonly BatchRecord[]> {
    return (await this.pool.query<BatchRow>(CLAIM_BATCHES, [node, leaseMs, limit])).rows;
  }

  async release(node: number, id: number): Promise<void> {
    await this.pool.query(RELEASE_BATCH, [node, id]);
  }

  async record(id: number, outcomes: readonly BatchOutcome[], activeMs: number, at: Date): Promise<BatchStatus> {
    const rows = new RowBuffer(endBatchItems);
    for (const { itemNo, state, statusAfter, errorCode, errorMessage, reason } of outcomes)
      rows.add(id, itemNo, state, statusAfter, freeText(errorCode), freeText(errorMessage), freeText(reason), at.getTime());
    const statements: BoundStatement[] = [];
    rows.bindTo(statements);
    statements.push({ ...KEEP_BATCH, values: [id, activeMs] });
    const kept = (await this.pool.transaction(statements)).at(-1)?.rows[0] as { status: BatchStatus } | undefined;
    return kept?.status ?? 'aborted';
  }

  async passCanary(id: number): Promise<void> {
    await queryRows(this.dataSource, "UPDATE batch SET canary = 'passed' WHERE id = $1 AND canary = 'running'", [id]);
  }

  settle(
    id: number,
    from: BatchStatus,
    to: BatchStatus,
    { reason, canary, at }: { readonly reason: string | null; readonly canary?: 'failed'; readonly at: Date },
    audit: (counts: BatchCounts) => AuditEntry,
  ): Promise<boolean> {
    return inTransaction(this.dataSource, async (manager) => {
      const isOver = to === 'completed' || to === 'aborted';
      if (to === 'aborted') {
        await manager.query(CHOOSING_TIMEOUT);
        await manager.query(
          "UPDATE batch_item SET state = 'not-attempted', ended_at = $2 WHERE batch_id = $1 AND state = 'pending'",
          [id, at],
        );
      }
      const [settled] = await queryRows<CountedRow>(
        manager,
        `WITH settled AS (
           UPDATE batch SET status = $3, status_reason = coalesce($4, status_reason), canary = coalesce($5, canary),
             ended_at = CASE WHEN $6::boolean THEN $7::timestamptz END, owner_node = NULL, leased_until = NULL
           WHERE id = $1 AND status = $2 AND ($3 <> 'completed' OR NOT EXISTS (
             SELECT FROM batch_item WHERE batch_id = $1 AND state IN ('pending', 'running'))) RETURNING id)
         SELECT ${COUNTS} FROM settled AS batch`,
        [id, from, to, freeText(reason), canary ?? null, isOver, at],
      );
      if (!settled) return false;
      await writeAudit(manager, [audit(settled.counts)]);
      return true;
    });
  }

  async removeEnded(before: Date): Promise<boolean> {
    const [left] = await queryRows<{ id: number }>(this.dataSource, REMOVE_ENDED_BATCH, [before]);
    return left !== undefined;
  }

  async totals(): Promise<{ byStatus: Record<string, number>; unended: number }> {
    const [row] = await queryRows<{ by_status: Record<string, number>; unended: number }>(
      this.dataSource,
      `SELECT (SELECT coalesce(json_object_agg(status, total), '{}') FROM (
           SELECT status, count(*) AS total FROM batch GROUP BY status) AS grouped) AS by_status,
         (SELECT count(*) FROM batch_item WHERE state IN ('pending', 'running')) AS unended`,
      [],
    );
    return { byStatus: row?.by_status ?? {}, unended: row?.unended ?? 0 };
  }

  /** One item more than may be is enough to know that there are too many. */
  private async choose(
    manager: EntityManager,
    batch: NewBatch,
    selection: BatchSelection,
    target: BatchTarget,
    maxItems: number,
  ): Promise<number> {
    const { text, order, parameters } = await compileSelection(manager, batch.tenantId, selection, target);
    const [chosen] = await queryRows<{ total: number }>(
      manager,
      `WITH chosen AS (
         INSERT INTO batch_item (batch_id, item_no, instance_id, instance_guid, element_instance_id, attempt, task_id, status_before)
         SELECT $${parameters.length + 1}::bigint, row_number() OVER (), instance_id, guid, element_instance_id, attempt, task_id, status
         FROM (${text}${order} LIMIT $${parameters.length + 2}) AS item RETURNING 1)
       SELECT count(*) AS total FROM chosen`,
      [...parameters, batch.id, maxItems + 1],
    );
    return chosen?.total ?? 0;
  }

  private async insert(manager: EntityManager, batch: NewBatch, total: number): Promise<BatchRecord> {
    const { id, tenantId, kind, parameters, selection, options, reason, caller, createdAt, repeatOf } = batch;
    const canary = options.canary > 0 ? ('running' as const) : null;
    await queryRows(
      manager,
      `INSERT INTO batch (id, tenant_id, kind, parameters, selection, options, reason, status, canary, caller, repeat_of, total, created_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, 'running', $8, $9, $10, $11, $12)`,
      [
        id,
        tenantId,
        kind,
        JSON.stringify(parameters),
        JSON.stringify(selection),
        JSON.stringify(options),
        freeText(reason),
        canary,
        JSON.stringify(caller),
        repeatOf,
        total,
        createdAt,
      ],
    );
    return { ...batch, status: 'running', statusReason: null, canary, total, endedAt: null, activeMs: 0 };
  }
}
