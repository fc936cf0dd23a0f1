import { parseDuration } from '../../../engine/index.js';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const MONTH_MS = 30 * 86_400_000;

/**
 * A length of time in whole ms: ISO 8601 (`PT1.5S`, a month being 30 days), or a number with its unit (`500ms`, `1.5s`, `30s`,
 * `5m`, `2h`, `1d`). Null: neither, or less than zero.
 */
export function durationMs(text: string): number | null {
  const short = /^(\d{1,15}(?:\.\d{1,9})?) ?(ms|s|m|h|d)$/.exec(text);
  if (short) return Math.round(Number(short[1]) * (UNITS[short[2] ?? ''] ?? 1));
  const duration = parseDuration(text);
  return duration && duration.ms + duration.months * MONTH_MS;
}

/** For messages: the longest unit that says it in a whole number. */
export function inWords(ms: number): string {
  const unit = ['d', 'h', 'm', 's'].find((name) => ms >= (UNITS[name] ?? 1) && ms % (UNITS[name] ?? 1) === 0) ?? 'ms';
  return `${ms / (UNITS[unit] ?? 1)}${unit}`;
}
