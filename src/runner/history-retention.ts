import { Logger } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import type { BatchStore } from '../application/ports/batches.js';
import type { Clock } from '../application/ports/clock.js';
import type { EndedInstances, HistoryPartitions, RemovalPosition } from '../application/ports/history.js';
import { timeToTrust } from './time-to-trust.js';

const DAY_MS = 86_400_000;
/** From the end of a pass to the next, in ms. */
const REST_MS = 600_000;

/**
 * Removes the instances that ended before the time for which history is kept, with all that belongs to them but for the audit
 * trail, which has a time of its own, and batches that ended before it. Visits go with their instance, row by row, so that those of an instance that still runs stay
 * however old they are; a week that has none left is then dropped as a whole.
 */
export class HistoryRetention {
  private readonly logger = new Logger('HistoryRetention');
  private timer: NodeJS.Timeout | null = null;
  private pass: Promise<void> = Promise.resolve();
  private stopped = false;

  /** @param keepDays null: for ever */
  constructor(
    private readonly instances: EndedInstances,
    private readonly partitions: HistoryPartitions,
    private readonly batches: BatchStore,
    private readonly clock: Clock,
    private readonly keepDays: number | null,
  ) {}

  start(): void {
    if (this.keepDays === null) return;
    this.pass = this.removeOld()
      .catch((error: unknown) => {
        this.logger.warn(`Old history could not be removed: ${error instanceof Error ? error.message : String(error)}`);
      })
      .then(() => {
        if (!this.stopped) this.timer = setTimeout(() => this.start(), REST_MS);
      });
  }

  /** Waits for the batch that is under way. */
  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
    await this.pass;
  }

  /** One pass. Rests after every batch for as long as it took: at least half of the time is left to fresh work. */
  async removeOld(): Promise<void> {
    if (this.keepDays === null) return;
    const limit = (await timeToTrust(this.clock, this.instances)) - this.keepDays * DAY_MS;
    let removed = 0;
    let position: RemovalPosition | null = null;
    do {
      const begun = performance.now();
      const batch = await this.instances.remove(limit, position);
      removed += batch.removed;
      position = batch.next;
      if (position !== null) await delay(performance.now() - begun);
    } while (position !== null && !this.stopped);
    while (!this.stopped && (await this.batches.removeEnded(new Date(limit))));
    const dropped = this.stopped ? [] : await this.partitions.dropEmpty(limit);
    if (removed > 0) this.logger.log(`Removed ${removed} instance(s) that ended before ${new Date(limit).toISOString()}.`);
    if (dropped.length > 0) this.logger.log(`Dropped weeks of history: ${dropped.join(', ')}.`);
  }
}
