import { Injectable } from '@nestjs/common';
import { StorageUnavailable } from '../ports/instance-store.js';
import { TrailTail, type TrailPosition } from '../ports/trail-tail.js';
import { eventBody } from './event-body.js';
import { actionsFor, eventOf, isMeant } from './event-of.js';
import { NewsFlag } from './news-flag.js';
import { TrailPulse } from './trail-pulse.js';

/** Before a database that is away is asked again, in ms. */
const AWAY_MS = 1_000;

/** An event, and where it stands. */
export interface FedEvent {
  readonly position: TrailPosition;
  readonly event: string;
  readonly body: string;
}

/** What a tenant is told as it happens. */
@Injectable()
export class EventFeed {
  constructor(
    private readonly tail: TrailTail,
    private readonly pulse: TrailPulse,
  ) {}

  /** From where all that is committed from now on is told. */
  now(): Promise<TrailPosition> {
    return this.tail.horizon();
  }

  /**
   * Meant events after a position, in their order, until `signal` aborts; and between them positions up to which all is told. Reads on
   * only as fast as it is read from.
   */
  async *follow(
    tenantId: string,
    patterns: readonly string[],
    after: TrailPosition,
    signal: AbortSignal,
  ): AsyncGenerator<FedEvent | TrailPosition> {
    const { flag, leave } = this.pulse.join(tenantId);
    const actions = actionsFor(patterns);
    let position = after;
    try {
      while (!signal.aborted) {
        await flag.lowered(signal);
        if (signal.aborted) return;
        const page = await this.read(tenantId, position, actions, flag, signal);
        if (!page) continue;
        for (const { entry, position: at } of page.entries) {
          const event = eventOf(entry);
          if (event !== null && isMeant(event, patterns)) yield { position: at, event, body: eventBody(event, entry) };
        }
        position = page.next;
        yield position;
        if (page.hasMore) flag.raise();
      }
    } finally {
      leave();
    }
  }

  /** Null where the database is away: the flag is raised again then. */
  private async read(
    tenantId: string,
    after: TrailPosition,
    actions: readonly string[],
    flag: NewsFlag,
    signal: AbortSignal,
  ): Promise<Awaited<ReturnType<TrailTail['read']>> | null> {
    try {
      return await this.tail.read(tenantId, after, actions);
    } catch (error) {
      if (!(error instanceof StorageUnavailable)) throw error;
      await flag.lowered(signal, AWAY_MS);
      flag.raise();
      return null;
    }
  }
}
