import { Injectable } from '@nestjs/common';
import { BatchStore } from '../ports/batches.js';
import { batchIdOf, batchItemView } from './batch-view.js';

/** Items read at once. */
const PAGE = 1_000;

/** All items of a batch, for a report. Whether the caller may read it is checked by who calls this. */
@Injectable()
export class BatchReport {
  constructor(private readonly store: BatchStore) {}

  /** Page by page, in order, at constant memory; null: the tenant has no such batch. */
  async of(tenantId: string, batchId: string): Promise<AsyncIterable<readonly Readonly<Record<string, unknown>>[]> | null> {
    const id = batchIdOf(batchId);
    const found = id === null ? null : await this.store.find(tenantId, id);
    return found ? this.pages(found.batch.id) : null;
  }

  private async *pages(id: number): AsyncGenerator<readonly Readonly<Record<string, unknown>>[]> {
    for (let after = 0; ;) {
      const items = await this.store.items(id, null, after, PAGE);
      yield items.map(batchItemView);
      const last = items.at(-1);
      if (!last || items.length < PAGE) return;
      after = last.itemNo;
    }
  }
}
