import { Injectable } from '@nestjs/common';
import { done, type Answer } from '../../contract/answer.js';
import { requirePermission } from '../access/missing-permission.js';
import { claimOf, type Caller } from '../caller.js';
import { Wakeups } from '../ports/attempts.js';
import { BatchStore, type BatchStatus } from '../ports/batches.js';
import { Clock } from '../ports/clock.js';
import { RequestAudit } from '../request-audit.js';
import { originOf } from '../requests/origin-of.js';
import type { BatchData } from './batch-data.js';
import { batchIdOf, batchView } from './batch-view.js';
import { kindOf } from './batch-kinds.js';

/** How a command moves a batch on. */
export interface BatchMoveSpec {
  readonly action: string;
  readonly from: readonly BatchStatus[];
  readonly to: BatchStatus;
  /** What was done, as a sentence. */
  readonly message: string;
}

/** Moves a batch on by a person's command. */
@Injectable()
export class BatchMove {
  constructor(
    private readonly store: BatchStore,
    private readonly audit: RequestAudit,
    private readonly wakeups: Wakeups,
    private readonly clock: Clock,
  ) {}

  async of({ action, from, to, message }: BatchMoveSpec, data: BatchData, caller: Caller): Promise<Answer> {
    const { batchId, comment } = data;
    const { tenantId } = caller;
    const id = batchIdOf(batchId);
    const found = id === null ? null : await this.store.find(tenantId, id);
    const detail = { batchId: id ?? String(batchId) };
    const origin = originOf(caller, action, this.clock.now(), { comment, detail });
    if (!found || id === null) return this.audit.refuse(origin, `Batch '${batchId}' not found.`, null, '99');
    requirePermission(caller, kindOf(found.batch.kind).permission);
    const entry = () => this.audit.entry(origin, 'succeeded');
    const reason = to === 'running' ? null : (comment ?? `${action} by ${caller.actor.id}`);
    const moved = await this.store.move(tenantId, id, from, to, reason, entry, claimOf(caller));
    const now = await this.store.find(tenantId, id);
    if (!moved) {
      const status = now?.batch.status ?? found.batch.status;
      const sentence = `Expected the batch to be ${from.join(' or ')}. Current status: ${status}`;
      return this.audit.refuse(origin, sentence, { currentStatus: status }, '99');
    }
    this.audit.written();
    this.wakeups.batchChanged();
    return done(message, batchView(moved, now?.counts ?? found.counts));
  }
}
