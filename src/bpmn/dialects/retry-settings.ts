import { parseDuration, plainPolicy, type RetryPolicy } from '../../engine/index.js';
import type { Report } from '../problem.js';

const MAX_ATTEMPTS = 1000;
const MAX_DELAY_MS = 366 * 86_400_000;
const MONTH_MS = 30 * 86_400_000;

/** One attempt in all needs no policy. */
export function retryPolicy(maxAttempts: number, delaysMs: readonly number[]): RetryPolicy | null {
  return maxAttempts <= 1 ? null : plainPolicy({ maxAttempts, curve: { delays: { kind: 'listed', delaysMs }, jitter: 'none' } });
}

/** A whole number of attempts, `least` to 1,000; null when it is none, which is reported. */
export function readAttempts(text: string, what: string, least: number, report: Report): number | null {
  return readWhole(text, least, MAX_ATTEMPTS, 'invalid-retry-settings', what, report);
}

/** A wait in ms of at most a year; null when it is none, which is reported. */
export function readDelayMs(text: string, what: string, report: Report): number | null {
  return readWhole(text, 0, MAX_DELAY_MS, 'invalid-retry-settings', what, report);
}

/** A time-out in ms of at most a day; null when it is none, which is reported. */
export function readTimeoutMs(text: string, what: string, report: Report): number | null {
  return readWhole(text, 1, 86_400_000, 'invalid-timeout', what, report);
}

/** A wait as an ISO 8601 duration of at most a year, a month being 30 days; null when it is none, which is reported. */
export function readDelay(text: string, what: string, report: Report): number | null {
  const duration = parseDuration(text);
  const ms = duration ? duration.ms + duration.months * MONTH_MS : null;
  if (ms !== null && ms <= MAX_DELAY_MS) return ms;
  report.error('invalid-retry-settings', `Expected ${what} to be an ISO 8601 duration such as PT10S, but it is '${text}'`);
  return null;
}

function readWhole(text: string, least: number, most: number, rule: string, what: string, report: Report): number | null {
  const value = /^\s*-?\d+\s*$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  report.error(rule, `Expected ${what} to be a whole number from ${least} to ${most}, but it is '${text}'`);
  return null;
}
