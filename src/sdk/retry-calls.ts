import type { RepriseError } from './reprise-error.js';

/** How a client's own calls are repeated. */
export interface CallRetries {
  /** No try begins later than this after the first, in ms. 0: one try. */
  readonly forMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** One try's end where it may be repeated. */
export class TryAgain extends Error {
  constructor(
    readonly reason: RepriseError,
    /** What the server asked for (`Retry-After`), in ms; null: nothing. */
    readonly afterMs: number | null,
  ) {
    super(reason.message);
  }
}

const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 5_000;

/**
 * Repeats what ends with `TryAgain`, with full jitter: a random wait between 0 and a bound that doubles from 100 ms to 5 s, and not
 * before the time that the server asked for.
 * @throws RepriseError of the last try when the time is over; any other error at once; the signal's reason when it aborts
 */
export async function retryCalls<T>(attempt: () => Promise<T>, { forMs, signal }: CallRetries): Promise<T> {
  const deadline = performance.now() + forMs;
  for (let tries = 0; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof TryAgain)) throw error;
      const bound = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(tries, 10));
      const delayMs = (error.afterMs ?? 0) + Math.random() * bound;
      if (performance.now() + delayMs > deadline) throw error.reason;
      await pause(delayMs, signal);
    }
  }
}

/** Resolves after so many ms. @throws the signal's reason when it aborts */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason instanceof Error ? signal.reason : new Error('The call was given up'));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    if (signal?.aborted) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}

/** `Retry-After` in ms: seconds, or a date against the `Date` of the same answer; null where there is none that can be read. */
export function retryAfterMs(headers: Headers): number | null {
  const value = headers.get('retry-after')?.trim();
  if (value === undefined || value === '') return null;
  if (/^\d+$/.test(value)) return Number(value) * 1_000;
  const at = Date.parse(value);
  const now = Date.parse(headers.get('date') ?? '');
  return Number.isNaN(at) ? null : Math.max(0, at - (Number.isNaN(now) ? Date.now() : now));
}
