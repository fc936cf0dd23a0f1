import { Injectable } from '@nestjs/common';
import { StorageUnavailable } from '../ports/instance-store.js';
import { InstanceReader, type InstanceHead } from '../ports/readers.js';
import { EngineSession } from '../session/engine-session.js';
import { NewsFlag } from './news-flag.js';

/** Between looks for what other nodes have done, in ms. */
const LOOK_MS = 500;

/** One instance as it moves. */
@Injectable()
export class InstanceFeed {
  constructor(
    private readonly reader: InstanceReader,
    private readonly session: EngineSession,
  ) {}

  /** Null: the tenant has no such instance. */
  find(tenantId: string, guid: string): Promise<InstanceHead | null> {
    return this.reader.head(tenantId, guid);
  }

  /** How it stands, and again at each new version that is seen; until its end, or until `signal` aborts. Versions may be passed over. */
  async *follow(tenantId: string, first: InstanceHead, signal: AbortSignal): AsyncGenerator<InstanceHead> {
    const flag = new NewsFlag();
    const leave = this.session.watch.on(first.id, () => flag.raise());
    let shown = first;
    try {
      yield first;
      while (!isOver(shown) && !signal.aborted) {
        await flag.lowered(signal, LOOK_MS);
        if (signal.aborted) return;
        const head = await this.look(tenantId, shown);
        if (head === null) return;
        if (head.version === shown.version) continue;
        shown = head;
        yield head;
      }
    } finally {
      leave();
    }
  }

  /** Null: it was removed. As it was where the database is away. */
  private async look(tenantId: string, before: InstanceHead): Promise<InstanceHead | null> {
    try {
      return await this.reader.head(tenantId, before.instanceGuid);
    } catch (error) {
      if (error instanceof StorageUnavailable) return before;
      throw error;
    }
  }
}

function isOver({ status }: InstanceHead): boolean {
  return status === 'completed' || status === 'cancelled';
}
