import {
  ERROR_CLASSES,
  MAX_ATTEMPTS,
  MAX_DELAY_MS,
  type ErrorClass,
  type FailurePattern,
  type RecoveryRule,
  type RuleAction,
} from '../../../engine/index.js';
import type { ExtensionElement } from '../../extensions.js';
import type { Report } from '../../problem.js';
import { Attributes, listed } from './attributes.js';
import { readOwnCurve } from './read-curve.js';

const ACTIONS = ['retry', 'fail', 'park', 'throw', 'reschedule'] as const;
const MOST_RESCHEDULES = 100;
/**
 * Longest text that is looked for, in characters. A search costs the product of both lengths at worst (measured with 1 MiB of
 * message: 2,000 characters 300 ms, 200 characters 30 ms).
 */
const LONGEST_TEXT = 200;
/** What goes with one action only, for the hint. */
const HINTS: Readonly<Record<string, string>> = {
  bpmnError: 'It is the code of the error that action="throw" throws.',
  delay: 'It is the wait of action="reschedule"; those of action="retry" are delays.',
  most: 'It bounds action="reschedule".',
  attempts: 'It goes with action="retry".',
  delays: 'They go with action="retry".',
  message: 'A rule looks for words of the message with text.',
};

/** A `reprise:rule`; `number` is its place among the rules, from 1. */
export function readRule(element: ExtensionElement, number: number, report: Report): RecoveryRule {
  const from = new Attributes(element, `rule ${number}`, report);
  const name = from.text('name') ?? `rule ${number}`;
  const match = readPattern(from);
  if (!['errorCode', 'httpStatus', 'errorClass', 'text', 'when'].some((condition) => from.has(condition)))
    from.wrong(
      `Expected ${from.what} to have a condition, but it has none`,
      'Add errorCode, httpStatus, errorClass, text or when; errorCode="*" is any failure.',
    );
  const said = from.oneOf('action', ACTIONS);
  if (said === undefined) from.wrong(`Expected ${from.what} to have an action, but it has none`, `Add ${listed(ACTIONS)}.`);
  if (typeof said !== 'string') return { name, match, action: { do: 'fail' } };
  const action = readAction(from, said);
  from.close([], HINTS);
  return { name, match, action };
}

/** Those that are none are reported. */
function readClasses(from: Attributes, name: string): ErrorClass[] | null {
  const words = from.list(name);
  return words ? words.map((word) => errorClassOf(word) ?? from.unexpected(name, listed(ERROR_CLASSES)) ?? 'UNKNOWN') : null;
}

/** The error class of this name; null where there is none. */
export function errorClassOf(word: string): ErrorClass | null {
  return ERROR_CLASSES.find((errorClass) => errorClass === word) ?? null;
}

function readPattern(from: Attributes): FailurePattern {
  const codes = from.list('errorCode') ?? null;
  if (codes?.some((code) => code.length > LONGEST_TEXT)) from.wrong(tooLong('each errorCode', from));
  const text = from.text('text') ?? null;
  if (text !== null && text.length > LONGEST_TEXT) from.wrong(tooLong('text', from));
  const statuses = from.list('httpStatus')?.map((text) => readStatus(from, text)) ?? null;
  return {
    codes,
    statuses,
    classes: readClasses(from, 'errorClass'),
    text,
    when: from.feel('when') ?? null,
  };
}

function tooLong(name: string, { what }: Attributes): string {
  return `Expected ${name} of ${what} to have at most ${LONGEST_TEXT} characters, but it has more`;
}

/** `503`, `5xx` or `500-599`. */
function readStatus(from: Attributes, text: string): { from: number; to: number } {
  const family = /^([1-5])xx$/i.exec(text)?.[1];
  if (family !== undefined) return { from: Number(family) * 100, to: Number(family) * 100 + 99 };
  const range = /^([1-5]\d\d)(?:-([1-5]\d\d))?$/.exec(text);
  const first = Number(range?.[1] ?? 0);
  const last = Number(range?.[2] ?? first);
  if (!range || last < first) from.unexpected('httpStatus', 'statuses such as 503, 5xx or 500-599');
  return { from: first, to: last };
}

function readAction(from: Attributes, said: (typeof ACTIONS)[number]): RuleAction {
  switch (said) {
    case 'retry':
      return { do: 'retry', curve: readOwnCurve(from), maxAttempts: from.whole('attempts', 1, MAX_ATTEMPTS) ?? null };
    case 'throw': {
      const errorCode = from.text('bpmnError');
      if (errorCode === undefined)
        from.wrong(`Expected ${from.what} to say bpmnError, since action="throw", but it does not`, 'Add the code of the error.');
      return { do: 'throw', errorCode: errorCode ?? '' };
    }
    case 'reschedule': {
      const delayMs = from.duration('delay', 1, MAX_DELAY_MS);
      if (delayMs === undefined)
        from.wrong(`Expected ${from.what} to say delay, since action="reschedule", but it does not`, 'Add a wait such as 30s.');
      return { do: 'reschedule', delayMs: delayMs ?? 1, most: from.whole('most', 1, MAX_ATTEMPTS) ?? MOST_RESCHEDULES };
    }
    default:
      return { do: said };
  }
}
