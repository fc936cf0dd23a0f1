import { TenantTurns } from './tenant-turns.js';

/** As much of a command as its place in the queue depends on. `key`: its instance. */
interface Queued {
  readonly key: string;
  readonly target: { readonly tenantId: string };
}

/** Commands that wait, in order for each instance, tenants in turn; an instance is in one batch at a time. */
export class CommandQueue<T extends Queued> {
  private readonly waiting = new Map<string, T[]>();
  /** Instances that are in no batch, with something that waits. */
  private readonly free = new TenantTurns<string>();
  private readonly busy = new Set<string>();
  private queued = 0;

  get size(): number {
    return this.queued;
  }

  push(item: T): void {
    this.queued++;
    const line = this.waiting.get(item.key);
    if (line) {
      line.push(item);
      return;
    }
    this.waiting.set(item.key, [item]);
    if (!this.busy.has(item.key)) this.free.push(item.target.tenantId, item.key);
  }

  /** The oldest command of each of up to `limit` instances that are free; they are busy until `release`. */
  takeBatch(limit: number): T[] {
    const batch: T[] = [];
    while (batch.length < limit) {
      const key = this.free.take();
      if (key === undefined) break;
      const line = this.waiting.get(key);
      const item = line?.shift();
      if (!item) continue;
      this.queued--;
      this.busy.add(key);
      if (line?.length === 0) this.waiting.delete(key);
      batch.push(item);
    }
    return batch;
  }

  /** An instance with more to do goes to the end of its tenant's line: nobody starves. */
  release(batch: readonly T[]): void {
    for (const { key, target } of batch) {
      this.busy.delete(key);
      if (this.waiting.has(key)) this.free.push(target.tenantId, key);
    }
  }
}
