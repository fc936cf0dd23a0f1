/** Taken items that are let lie before the rest is moved to the front. */
const TAKEN = 1_000;

/** What waits in order; taking the first costs the same however many wait. */
export class Line<T> {
  private items: T[] = [];
  private taken = 0;

  get length(): number {
    return this.items.length - this.taken;
  }

  push(item: T): void {
    this.items.push(item);
  }

  /** Undefined when nothing waits. */
  take(): T | undefined {
    if (this.length === 0) return undefined;
    const item = this.items[this.taken++];
    if (this.taken === this.items.length) this.clear();
    else if (this.taken >= TAKEN && this.taken * 2 >= this.items.length) {
      this.items = this.items.slice(this.taken);
      this.taken = 0;
    }
    return item;
  }

  private clear(): void {
    this.items = [];
    this.taken = 0;
  }
}
