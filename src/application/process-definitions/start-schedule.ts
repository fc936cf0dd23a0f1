import { Cron } from 'croner';
import { addDuration, parseRepeatingInterval, armTimer, type StartEventNode } from '../../engine/index.js';

/** When a process with a timer start event starts for the first time; null when never. `remaining` null: without end. */
export function firstStart(event: StartEventNode, now: number): { dueAt: number; remaining: number | null } | null {
  if (event.trigger.kind !== 'timer') return null;
  const { timer } = event.trigger;
  const cron = timer.kind === 'cycle' ? asCron(String(timer.value.evaluate({}))) : null;
  if (cron) {
    const next = cron.nextRun(new Date(now));
    return next === null ? null : { dueAt: next.getTime(), remaining: null };
  }
  return armTimer(timer, {}, now);
}

/** When it starts again after a firing that was due at `firedAt`; null when that was the last. */
export function nextStart(event: StartEventNode, firedAt: number, remaining: number | null): number | null {
  if (event.trigger.kind !== 'timer' || event.trigger.timer.kind !== 'cycle' || remaining === 0) return null;
  const text = String(event.trigger.timer.value.evaluate({}));
  const interval = parseRepeatingInterval(text);
  if (interval) return addDuration(firedAt, interval.every);
  return asCron(text)?.nextRun(new Date(firedAt))?.getTime() ?? null;
}

/** Five or six fields; null when the text is none. In UTC, so that it means the same on every node. */
function asCron(text: string): Cron | null {
  if (text.trim().startsWith('R')) return null;
  return new Cron(text, { timezone: 'UTC', paused: true });
}
