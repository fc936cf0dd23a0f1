import { Cron } from 'croner';
import { parseDuration, parseInstant, parseRepeatingInterval } from '../../engine/index.js';
import type { Expression, TimerDefinition } from '../../engine/index.js';
import { compileFeel, compileJuel, isJuel, literal } from '../../expressions/index.js';
import { childOf, textOf, type ModdleElement } from '../moddle-element.js';
import type { Report } from '../problem.js';
import { compileExpression } from './compile-expression.js';

const KINDS = { timeDate: 'date', timeDuration: 'duration', timeCycle: 'cycle' } as const;
const EXAMPLES = {
  date: 'an ISO 8601 instant such as 2030-01-31T09:00:00Z',
  duration: 'an ISO 8601 duration such as PT5M',
  cycle: 'an ISO 8601 repeating interval such as R3/PT10M',
};

/** A timer event definition. Cron stands only where `allowCron` says so: start events, which the scheduler serves. */
export function compileTimer(element: ModdleElement, allowCron: boolean, report: Report): TimerDefinition {
  const given = (Object.keys(KINDS) as (keyof typeof KINDS)[]).filter((name) => childOf(element, name) !== null);
  const name = given[0];
  const text = name === undefined ? '' : (textOf(childOf(element, name) ?? element, 'body')?.trim() ?? '');
  if (name === undefined || given.length > 1 || text === '') {
    report.error(
      'invalid-timer',
      `Expected a timer with one of timeDate, timeDuration and timeCycle, but found ${given.join(' and ') || 'none'}${given.length === 1 ? ' without text' : ''}`,
    );
    return { kind: 'duration', value: literal('PT0S') };
  }
  const kind = KINDS[name];
  return { kind, value: compileValue(text, kind, allowCron, report) };
}

function compileValue(text: string, kind: TimerDefinition['kind'], allowCron: boolean, report: Report): Expression {
  if (text.startsWith('=')) return compileExpression(() => compileFeel(text), 'the timer', report);
  if (isJuel(text)) return compileExpression(() => compileJuel(text), 'the timer', report);
  const valid =
    (kind === 'date' && parseInstant(text) !== null) ||
    (kind === 'duration' && parseDuration(text) !== null) ||
    (kind === 'cycle' && (isCycle(text) || (allowCron && isCron(text))));
  if (!valid) {
    const expected = kind === 'cycle' && allowCron ? `${EXAMPLES.cycle} or cron` : EXAMPLES[kind];
    const hint = kind === 'cycle' && !allowCron && isCron(text) ? 'Cron is for start events; write R/PT10M here.' : undefined;
    report.error('invalid-timer', `Expected ${expected}, but the timer has '${text}'`, hint);
  }
  return literal(text);
}

function isCycle(text: string): boolean {
  const interval = parseRepeatingInterval(text);
  return interval !== null && interval.times !== 0;
}

function isCron(text: string): boolean {
  try {
    return text.split(/\s+/).length >= 5 && new Cron(text, { paused: true }).nextRun() !== null;
  } catch {
    return false;
  }
}
