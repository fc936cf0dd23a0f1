import { Injectable } from '@nestjs/common';
import { Clock } from '../application/ports/clock.js';
import { FailureGroupStore } from '../application/ports/failures.js';
import { IdempotencyStore, MessageStore } from '../application/ports/stores.js';
import { RepeatedLook } from './repeated-look.js';

/** Between sweeps, in ms. */
const SWEEP_MS = 60_000;
/** Answers are kept for repeats of their key for at least a day (CONTRACT section 1). */
const KEEP_ANSWERS_MS = 25 * 3_600_000;

/** Counts of failures are folded when their hour is over, in ms. */
const COUNTS_APART_MS = 3_600_000;

/** Removes what has had its time: messages that nobody came for, answers of old idempotency keys, counts of single connections. */
@Injectable()
export class HistoryCleaner {
  private readonly sweeps = new RepeatedLook(() => this.sweep(), SWEEP_MS);

  constructor(
    private readonly messages: MessageStore,
    private readonly answers: IdempotencyStore,
    private readonly failures: FailureGroupStore,
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
    await this.failures.fold(new Date(this.clock.now() - COUNTS_APART_MS));
  }
}
