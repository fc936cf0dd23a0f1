import type { BatchOptions } from '../ports/batches.js';
import { MAX_WAIT_MS, OptionalInt, OptionalNumber } from '../requests/fields.js';

const CONCURRENCY = 32;
const WAIT_MS = 30_000;

/** How a batch is run. */
export class BatchOptionsData {
  @OptionalInt(
    'Items whose outcome is waited for at once, on one server; fewer while other commands arrive there. 32 without it.',
    1,
    256,
  )
  concurrency?: number;

  @OptionalNumber('Items that begin in a second; without it, as many as there may be.', 0.01, 100_000)
  ratePerSecond?: number;

  @OptionalInt('So many first: the others only if all of these recover.', 0, 10_000)
  canary?: number;

  @OptionalInt('Stop when so many have not recovered.', 1, 1_000_000)
  maxFailures?: number;

  @OptionalInt('How long the outcome of an item is waited for, in ms. 30000 without it.', 0, MAX_WAIT_MS)
  waitMs?: number;
}

/** The options that the data means. @param otherwise what holds where nothing is given */
export function optionsOf(data: BatchOptionsData, otherwise?: BatchOptions): BatchOptions {
  return {
    concurrency: data.concurrency ?? otherwise?.concurrency ?? CONCURRENCY,
    ratePerSecond: data.ratePerSecond ?? otherwise?.ratePerSecond ?? null,
    canary: data.canary ?? otherwise?.canary ?? 0,
    maxFailures: data.maxFailures ?? otherwise?.maxFailures ?? null,
    waitMs: data.waitMs ?? otherwise?.waitMs ?? WAIT_MS,
  };
}
