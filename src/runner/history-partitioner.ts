import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../application/ports/clock.js';
import { HistoryPartitions } from '../application/ports/history.js';

/** Weeks made ahead of the present one: so long may making them fail before anything lands in the default partition. */
const WEEKS_AHEAD = 4;
const LOOK_EVERY_MS = 3_600_000;

/** Sees to it that the weeks of history have their partitions before they begin. */
@Injectable()
export class HistoryPartitioner {
  private readonly logger = new Logger('HistoryPartitioner');
  private readonly told = new Set<string>();
  private timer: NodeJS.Timeout | null = null;
  private making: Promise<void> = Promise.resolve();

  constructor(
    private readonly partitions: HistoryPartitions,
    private readonly clock: Clock,
  ) {}

  /** Resolves when they are made, before anything is written. @param withLoop false: only this once */
  async start(withLoop: boolean): Promise<void> {
    await this.make();
    if (!withLoop) return;
    this.timer = setInterval(() => {
      this.making = this.make();
    }, LOOK_EVERY_MS);
  }

  async stop(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    await this.making;
  }

  /** What cannot be made now is not needed yet, or the default partition takes the rows: never a reason not to serve. */
  private async make(): Promise<void> {
    try {
      const { made, leftToDefault, busy, tookTooLong } = await this.partitions.make(this.clock.now(), WEEKS_AHEAD);
      if (made.length > 0) this.logger.log(`Partitions of history made: ${made.join(', ')}.`);
      this.tellOnce(leftToDefault, 'The default partition holds rows of these weeks already and keeps them');
      this.tellOnce(busy, 'Partitions of history cannot be made now, as others hold locks; tried again every hour');
      this.tellOnce(
        tookTooLong,
        'Partitions of history take too long to make, as beside a large default partition, which takes their rows; tried again every hour',
      );
    } catch (error) {
      this.logger.warn(`Partitions of history could not be made: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  private tellOnce(names: readonly string[], sentence: string): void {
    const news = names.filter((name) => !this.told.has(name));
    for (const name of news) this.told.add(name);
    if (news.length > 0) this.logger.warn(`${sentence}: ${news.join(', ')}.`);
  }
}
