import { Injectable, Logger } from '@nestjs/common';
import { BatchStore, type BatchRecord } from '../ports/batches.js';
import { Clock } from '../ports/clock.js';
import { RequestAudit } from '../request-audit.js';
import { BatchItemDeed } from './batch-item-deed.js';
import { BatchRun } from './batch-run.js';
import { findBatchKind } from './batch-kinds.js';

/** Makes the runs of batches on this node. */
@Injectable()
export class BatchRuns {
  private readonly logger = new Logger('Batches');

  constructor(
    private readonly store: BatchStore,
    private readonly deed: BatchItemDeed,
    private readonly audit: RequestAudit,
    private readonly clock: Clock,
  ) {}

  /** Null: this server cannot run it; a newer one may. */
  of(batch: BatchRecord): BatchRun | null {
    const { store, deed, audit, clock } = this;
    const kind = findBatchKind(batch.kind);
    if (!kind) {
      this.logger.warn({ batchId: batch.id, kind: batch.kind }, 'A batch of a kind that this server does not know');
      return null;
    }
    return new BatchRun({ batch, kind, command: kind.ready(batch.parameters) }, { store, deed, audit, clock });
  }
}
