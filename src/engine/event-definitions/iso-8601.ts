/**
 * ISO 8601 instants, durations and repeating intervals, in UTC. Written here because the engine has no `Date`: calendar
 * arithmetic by Howard Hinnant's `days_from_civil` (public domain algorithm).
 */

const DURATION =
  /^(-?)P(?:(\d{1,9})Y)?(?:(\d{1,9})M)?(?:(\d{1,9})W)?(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9}(?:[.,]\d{1,9})?)S)?)?$/;
const INSTANT = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:?\d{2})?)?(?:\[[^\]]*\])?$/;
const DAY_MS = 86_400_000;

/** A length of time of at least zero. */
export interface Duration {
  /** Years and months together: they have no fixed length. */
  readonly months: number;
  readonly ms: number;
}

/** Null: not an ISO 8601 duration of at least zero. */
export function parseDuration(text: string): Duration | null {
  const match = DURATION.exec(text.trim());
  if (!match || match[1] === '-' || /^P(?:.*T)?$/.test(text.trim())) return null;
  const [years, months, weeks, days, hours, minutes] = match.slice(2, 8).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const seconds = Number((match[8] ?? '0').replace(',', '.'));
  const ms = (weeks * 7 + days) * DAY_MS + hours * 3_600_000 + minutes * 60_000 + Math.round(seconds * 1000);
  return { months: years * 12 + months, ms };
}

/** Epoch ms; null: not an ISO 8601 instant. Without an offset it is taken as UTC. */
export function parseInstant(text: string): number | null {
  const match = INSTANT.exec(text.trim());
  if (!match) return null;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month) || hour > 24 || minute > 59 || second > 59)
    return null;
  const fraction = Math.floor(Number(`0.${match[7] ?? '0'}`) * 1000);
  const zone = match[8] ?? 'Z';
  const offset = zone === 'Z' ? 0 : (zone.startsWith('-') ? -1 : 1) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2)));
  return daysFromCivil(year, month, day) * DAY_MS + hour * 3_600_000 + (minute - offset) * 60_000 + second * 1000 + fraction;
}

/** `instant + duration`; a day that the month lacks becomes its last (31 January + P1M = 28 or 29 February). */
export function addDuration(instant: number, duration: Duration): number {
  if (duration.months === 0) return instant + duration.ms;
  const days = Math.floor(instant / DAY_MS);
  const { year, month, day } = civilFromDays(days);
  const count = year * 12 + (month - 1) + duration.months;
  const toYear = Math.floor(count / 12);
  const toMonth = (count % 12) + 1;
  const toDay = Math.min(day, daysInMonth(toYear, toMonth));
  return daysFromCivil(toYear, toMonth, toDay) * DAY_MS + (instant - days * DAY_MS) + duration.ms;
}

/** `R3/PT10S`, `R/P1D`, `R5/2026-01-01T00:00:00Z/PT1H`. `times` null: without end. Null: not a repeating interval. */
export function parseRepeatingInterval(text: string): { times: number | null; start: number | null; every: Duration } | null {
  const parts = text.trim().split('/');
  const repeat = /^R(\d*)$/.exec(parts[0] ?? '');
  const every = parseDuration(parts[parts.length - 1] ?? '');
  if (!repeat || !every || parts.length < 2 || parts.length > 3 || (every.months === 0 && every.ms === 0)) return null;
  const start = parts.length === 3 ? parseInstant(parts[1] ?? '') : null;
  if (parts.length === 3 && start === null) return null;
  return { times: repeat[1] === '' ? null : Number(repeat[1]), start, every };
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468;
}

function civilFromDays(days: number): { year: number; month: number; day: number } {
  const z = days + 719_468;
  const era = Math.floor(z / 146_097);
  const dayOfEra = z - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const mp = Math.floor((5 * dayOfYear + 2) / 153);
  const month = mp + (mp < 10 ? 3 : -9);
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day: dayOfYear - Math.floor((153 * mp + 2) / 5) + 1 };
}
