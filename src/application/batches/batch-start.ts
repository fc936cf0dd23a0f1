import { Injectable } from '@nestjs/common';
import { done, type Answer } from '../../contract/answer.js';
import type { JsonObject } from '../../engine/index.js';
import { claimOf, type Caller } from '../caller.js';
import { Wakeups } from '../ports/attempts.js';
import { BatchStore, type BatchOptions, type BatchRecord, type BatchSelection } from '../ports/batches.js';
import { Clock } from '../ports/clock.js';
import { InstanceStore } from '../ports/instance-store.js';
import { RequestAudit } from '../request-audit.js';
import { originOf } from '../requests/origin-of.js';
import { batchView } from './batch-view.js';
import type { AnyBatchKind } from './batch-kinds.js';

/** Items that a batch may have. */
const MAX_ITEMS = 1_000_000;

/** A batch that somebody wants. */
export interface WantedBatch {
  readonly action: 'StartBatch' | 'RepeatBatchFailures';
  readonly kind: AnyBatchKind;
  readonly parameters: JsonObject;
  readonly selection: BatchSelection;
  readonly shown: JsonObject;
  readonly options: BatchOptions;
  readonly reason: string | null;
  readonly repeatOf: number | null;
  /** Refuse unless it has so many items; null: however many. */
  readonly expectedItems: number | null;
}

/** Freezes what a batch is about and lets it begin. */
@Injectable()
export class BatchStart {
  constructor(
    private readonly store: BatchStore,
    private readonly ids: InstanceStore,
    private readonly audit: RequestAudit,
    private readonly wakeups: Wakeups,
    private readonly clock: Clock,
  ) {}

  async of(wanted: WantedBatch, caller: Caller): Promise<Answer> {
    const { action, kind, parameters, selection, shown, options, reason, repeatOf, expectedItems } = wanted;
    const now = this.clock.now();
    const { tenantId, actor, permissions, correlationId, approval } = caller;
    const batch = {
      // Agreed to once, it is started once: whoever executes it again meets the same batch.
      id: approval?.approvalId ?? this.ids.nextId(),
      tenantId,
      kind: kind.name,
      parameters,
      selection: shown,
      options,
      reason,
      caller: { actor, permissions: [...permissions], correlationId, ...(approval && { approval }) },
      createdAt: new Date(now),
      repeatOf,
    };
    const detail = { batchId: batch.id, kind: kind.name, selection: shown, parameters, options: { ...options } };
    const said = { comment: reason ?? undefined, detail: { ...detail, ...(repeatOf !== null && { repeatOf }) } };
    const origin = originOf(caller, action, now, said);
    const entry = ({ total }: BatchRecord) => this.audit.entry({ ...origin, detail: { ...origin.detail, total } }, 'succeeded');
    const limits = { maxItems: MAX_ITEMS, expectedItems };
    const result = await this.store.create(batch, selection, kind.target, limits, entry, claimOf(caller));
    if (result.kind === 'refused')
      return this.audit.refuse(origin, refusalOf(result.total, expectedItems), { total: result.total }, '99');
    this.audit.written();
    this.wakeups.batchChanged();
    return done(`Batch started: ${result.batch.total} items.`, batchView(result.batch, { pending: result.batch.total }));
  }
}

function refusalOf(total: number, expected: number | null): string {
  if (total === 0) return 'The selection meets nothing. Preview it with PreviewBatchQuery.';
  if (total > MAX_ITEMS) return `Expected at most ${MAX_ITEMS} items, but the selection meets ${total}. Narrow the filter.`;
  return `Expected ${expected ?? 0} items, but the selection meets ${total} now. Preview it again and decide again.`;
}
