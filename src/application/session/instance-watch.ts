import { Logger } from '@nestjs/common';
import type { Effect } from '../../engine/index.js';
import type { LiveInstance } from './live-instance.js';

/** Called after each commit of an instance. */
export type CommitListener = (instance: LiveInstance, effects: readonly Effect[]) => void;

/** Who waits for what becomes of an instance on this node. */
export class InstanceWatch {
  private readonly logger = new Logger('Watch');
  private readonly listeners = new Map<number, Set<CommitListener>>();
  private readonly everywhere = new Set<CommitListener>();

  /** @returns how to stop listening */
  on(instanceId: number, listener: CommitListener): () => void {
    let set = this.listeners.get(instanceId);
    if (!set) this.listeners.set(instanceId, (set = new Set()));
    set.add(listener);
    return () => {
      set.delete(listener);
      if (set.size === 0 && this.listeners.get(instanceId) === set) this.listeners.delete(instanceId);
    };
  }

  /** All commits of all instances. */
  onAny(listener: CommitListener): () => void {
    this.everywhere.add(listener);
    return () => this.everywhere.delete(listener);
  }

  /** Never throws: the commit stands, and one listener's trouble is not another's. */
  notify(instance: LiveInstance, effects: readonly Effect[]): void {
    const set = this.listeners.get(instance.header.id);
    if (set) for (const listener of [...set]) this.tell(listener, instance, effects);
    for (const listener of this.everywhere) this.tell(listener, instance, effects);
  }

  private tell(listener: CommitListener, instance: LiveInstance, effects: readonly Effect[]): void {
    try {
      listener(instance, effects);
    } catch (error) {
      this.logger.error({ instanceGuid: instance.header.guid, error: String(error) }, 'A listener of a commit failed');
    }
  }
}
