import { Injectable } from '@nestjs/common';
import { Clock } from '../application/ports/clock.js';
import { IdempotencyStore, MessageStore } from '../application/ports/stores.js';
import { RepeatedLook } from './repeated-look.js';

/** Between sweeps, in ms. */
const SWEEP_MS = 60_000;
/** Answers are kept for repeats of their key for at least a day (CONTRACT section 1). */
const KEEP_ANSWERS_MS = 25 * 3_600_000;

/** Removes what has had its time: messages that nobody came for, answers of old idempotency keys. */
@Injectable()
export class HistoryCleaner {
  private readonly sweeps = new RepeatedLook(() => this.sweep(), SWEEP_MS);

  constructor(
    private readonly messages: MessageStore,
    private readonly answers: IdempotencyStore,
    private readonly clock: Clock,
  ) {}

  start(): void {
    this.sweeps.start();
  }

  stop(): Promise<void> {
    return this.sweeps.stop();
  }

  private async sweep(): Promise<void> {
    await this.messages.deleteExpired(this.clock.now());
    await this.answers.deleteOlderThan(KEEP_ANSWERS_MS);
  }
}
