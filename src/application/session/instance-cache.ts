import type { InstanceKey } from '../ports/instance-store.js';
import type { LiveInstance } from './live-instance.js';

/** Instances kept in memory; the least recently used goes first. */
const CAPACITY = 20_000;

/** One text for tenant and guid; neither may hold the separator. */
export function keyOf({ tenantId, guid }: InstanceKey): string {
  return `${tenantId}\u0000${guid}`;
}

/**
 * What this node believes of the instances it has lately stepped. A belief is never the last word: every write is guarded
 * by the version, and a refusal is only given on what was read afresh.
 */
export class InstanceCache {
  private readonly byKey = new Map<string, LiveInstance>();
  private readonly keyById = new Map<number, string>();

  get(key: string): LiveInstance | undefined {
    return this.byKey.get(key);
  }

  keyForId(id: number): string | undefined {
    return this.keyById.get(id);
  }

  /** Ended instances are not kept: nothing more happens to them. */
  put(key: string, instance: LiveInstance): void {
    this.byKey.delete(key);
    if (instance.state.endedAt !== null) {
      this.keyById.delete(instance.header.id);
      return;
    }
    this.byKey.set(key, instance);
    this.keyById.set(instance.header.id, key);
    if (this.byKey.size > CAPACITY) {
      const oldest = this.byKey.keys().next().value;
      if (oldest !== undefined) this.drop(oldest);
    }
  }

  drop(key: string): void {
    const known = this.byKey.get(key);
    if (known) this.keyById.delete(known.header.id);
    this.byKey.delete(key);
  }
}
