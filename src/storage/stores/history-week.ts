const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
/** 1 January 1970 was a Thursday: the first Monday, in days. */
const FIRST_MONDAY = 4;

/** A week of history: from a Monday, 00:00 UTC, to the next. */
export interface HistoryWeek {
  /** By ISO 8601, as in `2026w48`. */
  readonly name: string;
  readonly from: number;
  /** Epoch ms; not part of the week. */
  readonly to: number;
}

/** The week of an instant (epoch ms) and the `ahead` weeks after it, in order. */
export function historyWeeks(now: number, ahead: number): HistoryWeek[] {
  const monday = now - positiveModulo(now - FIRST_MONDAY * DAY_MS, WEEK_MS);
  return Array.from({ length: ahead + 1 }, (_, index) => weekFrom(monday + index * WEEK_MS));
}

/** ISO 8601: a week belongs to the year that its Thursday is in. */
function weekFrom(monday: number): HistoryWeek {
  const thursday = monday + 3 * DAY_MS;
  const year = new Date(thursday).getUTCFullYear();
  const number = 1 + Math.floor((thursday - Date.UTC(year, 0, 1)) / WEEK_MS);
  return { name: `${year}w${String(number).padStart(2, '0')}`, from: monday, to: monday + WEEK_MS };
}

function positiveModulo(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor;
}
