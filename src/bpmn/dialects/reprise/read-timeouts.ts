import { MAX_DELAY_MS, type WorkTimeouts } from '../../../engine/index.js';
import type { ExtensionElement } from '../../extensions.js';
import type { Report } from '../../problem.js';
import { Attributes, type Said } from './attributes.js';

/** Longest time-out of an attempt, and longest silence of who executes it: a day, in ms. */
export const MAX_ATTEMPT_MS = 86_400_000;

/** `reprise:timeouts`: those of an attempt, its start, its signs of life, and of all attempts together. */
export function readTimeouts(element: ExtensionElement, report: Report): { timeoutMs: number | null; timeouts: WorkTimeouts } {
  const from = new Attributes(element, 'reprise:timeouts', report, 'invalid-timeout');
  const toStart = from.duration('toStart', 1, MAX_DELAY_MS);
  const attempt = from.duration('attempt', 1, MAX_ATTEMPT_MS);
  const total = from.duration('total', 1, MAX_DELAY_MS);
  const heartbeat = from.duration('heartbeat', 1, MAX_ATTEMPT_MS);
  from.close([]);
  if (isAbove(attempt, total)) from.unexpected('attempt', `at most the total of ${total ?? 0} ms`);
  if (isAbove(heartbeat, attempt)) from.unexpected('heartbeat', `at most the time-out of an attempt, ${attempt ?? 0} ms`);
  if (isAbove(heartbeat, total)) from.unexpected('heartbeat', `at most the total of ${total ?? 0} ms`);
  if ([toStart, attempt, total, heartbeat].every((ms) => ms === undefined))
    from.wrong('Expected reprise:timeouts to say a time-out, but it says none', 'Add toStart, attempt, total or heartbeat.');
  const timeouts = { toStartMs: toStart ?? null, totalMs: total ?? null, heartbeatMs: heartbeat ?? null };
  return { timeoutMs: attempt ?? null, timeouts };
}

function isAbove(ms: Said<number>, bound: Said<number>): boolean {
  return typeof ms === 'number' && typeof bound === 'number' && ms > bound;
}
