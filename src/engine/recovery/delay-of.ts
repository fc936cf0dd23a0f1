import { MAX_DELAY_MS, type RetryCurve, type RetryDelays } from './retry-policy.js';

/**
 * The wait before a retry, in whole ms.
 * @param retry 1: the wait before attempt 2
 * @param dice from 0 to 1, 1 not included: where in the jitter's range the wait lies
 */
export function delayOf({ delays, jitter }: RetryCurve, retry: number, dice: number): number {
  if (delays.kind === 'random') return whole(delays.minimumMs + (delays.maximumMs - delays.minimumMs) * dice);
  const base = baseDelay(delays, retry);
  switch (jitter) {
    case 'none':
      return whole(base);
    case 'full':
      return whole(base * dice);
    case 'equal':
      return whole(base / 2 + (base / 2) * dice);
    default:
      return whole(base * (1 + jitter * (2 * dice - 1)));
  }
}

/**
 * Dice for a pure engine: the same for the same attempt, and spread over visits and instances. Fowler-Noll-Vo (FNV-1a) over
 * the text, its bits mixed once more.
 */
export function diceOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  return ((hash ^ (hash >>> 16)) >>> 0) / 0x1_0000_0000;
}

function baseDelay(delays: Exclude<RetryDelays, { kind: 'random' }>, retry: number): number {
  switch (delays.kind) {
    case 'listed':
      return delays.delaysMs[Math.min(retry, delays.delaysMs.length) - 1] ?? 0;
    case 'exponential':
      if (delays.initialMs === 0) return 0; // 0 times infinity is no number.
      return Math.min(delays.initialMs * delays.coefficient ** (retry - 1), delays.maximumMs);
    case 'linear': {
      const steps = Math.max(1, delays.retries - 1);
      return delays.minimumMs + ((delays.maximumMs - delays.minimumMs) * Math.min(retry - 1, steps)) / steps;
    }
  }
}

function whole(ms: number): number {
  return Math.round(Math.min(Math.max(0, ms), MAX_DELAY_MS));
}
