import { Line } from './line.js';

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
