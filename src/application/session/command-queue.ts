/** Commands that wait, in order for each instance; an instance is in one batch at a time. */
export class CommandQueue<T extends { readonly key: string }> {
  private readonly waiting = new Map<string, T[]>();
  private readonly busy = new Set<string>();
  private queued = 0;

  get size(): number {
    return this.queued;
  }

  push(item: T): void {
    this.queued++;
    const line = this.waiting.get(item.key);
    if (line) line.push(item);
    else this.waiting.set(item.key, [item]);
  }

  /** The oldest command of each of up to `limit` instances that are free; they are busy until `release`. */
  takeBatch(limit: number): T[] {
    const batch: T[] = [];
    for (const [key, line] of this.waiting) {
      if (batch.length >= limit) break;
      if (this.busy.has(key)) continue;
      const item = line.shift();
      if (!item) continue;
      this.queued--;
      this.busy.add(key);
      // An instance with more to do goes to the end of the line: nobody starves.
      this.waiting.delete(key);
      if (line.length > 0) this.waiting.set(key, line);
      batch.push(item);
    }
    return batch;
  }

  release(batch: readonly T[]): void {
    for (const item of batch) this.busy.delete(item.key);
  }
}
