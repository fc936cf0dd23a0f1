/** Taken items that are let lie before the rest is moved to the front. */
const TAKEN = 1_000;

/** What waits in order; taking the first costs the same however many wait. */
class Line<T> {
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

/**
 * What tenants wait for: each tenant's in order, one of each tenant in turn. A tenant with a hundred thousand waits behind one
 * item of each other tenant, and they behind one of its.
 */
export class TenantTurns<T> {
  private readonly byTenant = new Map<string, Line<T>>();
  /** Tenants with something that waits, the next one first. */
  private readonly turns = new Line<string>();

  push(tenantId: string, item: T): void {
    const line = this.byTenant.get(tenantId);
    if (line) return line.push(item);
    const first = new Line<T>();
    first.push(item);
    this.byTenant.set(tenantId, first);
    this.turns.push(tenantId);
  }

  /** The first of the tenant whose turn it is; undefined when nobody waits. */
  take(): T | undefined {
    const tenantId = this.turns.take();
    if (tenantId === undefined) return undefined;
    const line = this.byTenant.get(tenantId);
    const item = line?.take();
    if (line && line.length > 0) this.turns.push(tenantId);
    else this.byTenant.delete(tenantId);
    return item;
  }
}
