import { ExpressionError, type Variables } from '../definition/expression.js';
import type { TimerDefinition } from '../definition/process-definition.js';
import { addDuration, parseDuration, parseInstant, parseRepeatingInterval, type Duration } from './iso-8601.js';

/** When an armed timer fires, and how often it may do so after that (null: without end). */
export interface TimerSchedule {
  /** Epoch ms; never before `now`. */
  readonly dueAt: number;
  readonly remaining: number | null;
  /** Of a cycle: the time between two firings, as it was when the timer was armed. Null: it fires once. */
  readonly every: Duration | null;
}

/** The latest instant that may be waited for: year 9999. */
const LATEST = 253_402_300_799_000;

/**
 * The first firing of a timer that is armed now. A date in the past fires at once.
 * @throws ExpressionError when the value is not of the form that its kind asks for.
 */
export function armTimer(timer: TimerDefinition, variables: Variables, now: number): TimerSchedule {
  const value = timer.value.evaluate(variables);
  const text = typeof value === 'string' ? value : String(value);
  const schedule = read(timer.kind, text, now);
  if (schedule === null)
    throw new ExpressionError(`Expected an ISO 8601 ${timer.kind}, but got '${text}' from ${timer.value.source}`);
  return { ...schedule, dueAt: Math.min(Math.max(schedule.dueAt, now), LATEST) };
}

/**
 * The firing after one that was due at `fired.dueAt`; null when that was the last. Firings that were missed meanwhile (the
 * server was down, the instance paused) are one: the next is a whole interval from now.
 */
export function rearmTimer(fired: TimerSchedule, now: number): TimerSchedule | null {
  if (fired.every === null || fired.remaining === 0) return null;
  const next = addDuration(fired.dueAt, fired.every);
  return {
    ...fired,
    dueAt: Math.min(next > now ? next : addDuration(now, fired.every), LATEST),
    remaining: fired.remaining === null ? null : fired.remaining - 1,
  };
}

function read(kind: TimerDefinition['kind'], text: string, now: number): TimerSchedule | null {
  if (kind === 'date') {
    const dueAt = parseInstant(text);
    return dueAt === null ? null : { dueAt, remaining: 0, every: null };
  }
  if (kind === 'duration') {
    const duration = parseDuration(text);
    return duration === null ? null : { dueAt: addDuration(now, duration), remaining: 0, every: null };
  }
  const interval = parseRepeatingInterval(text);
  if (interval === null || interval.times === 0) return null;
  return {
    dueAt: interval.start ?? addDuration(now, interval.every),
    remaining: interval.times === null ? null : interval.times - 1,
    every: interval.every,
  };
}
