import { MAX_ATTEMPTS, type FailurePattern, type RecoveryRule, type RetryDelays } from '../../../../engine/index.js';
import type { Attributes } from '../attributes.js';
import { errorClassOf } from '../read-rule.js';
import { PLAIN, type Notation } from './notation.js';
import { secondsMs } from './seconds.js';

const ANY: FailurePattern = { codes: null, statuses: null, classes: null, text: null, when: null };
const EXAMPLES = '2, (2, 300), (5, 300, 600), or unlimited with or without the two waits';
const ENDLESS = ['unlimited', 'true', 'True', 'None'];

/**
 * Coflux' `retries`: how often after the first attempt, at once; with a delay in seconds before each; with two, rising from the
 * one to the other; without end, anywhere between the two. `when`: what else fails at once.
 */
export const coflux: Notation = (from) => {
  if (!from.has('retries')) from.wrong('Expected retries with like="coflux", but there are none', `Add ${EXAMPLES}.`);
  const [count = '0', ...waits] = from.list('retries') ?? [];
  const retries = ENDLESS.includes(count) ? null : countOf(from, count);
  const [minimumMs, maximumMs] = waitsOf(from, waits);
  return {
    ...PLAIN,
    maxAttempts: retries === null ? null : retries + 1,
    curve: { delays: delaysOf(retries, minimumMs, maximumMs), jitter: 'none' },
    retries: 'any',
    rules: readWhen(from),
  };
};

function countOf(from: Attributes, text: string): number {
  const count = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  return count < MAX_ATTEMPTS ? count : (from.unexpected('retries', EXAMPLES) ?? 0);
}

function waitsOf(from: Attributes, texts: readonly string[]): (number | undefined)[] {
  const waits = texts.map((text) => secondsMs(text));
  const [minimumMs = null, maximumMs = minimumMs] = waits;
  if (waits.includes(null) || waits.length > 2 || (minimumMs ?? 0) > (maximumMs ?? 0)) from.unexpected('retries', EXAMPLES);
  return waits.map((ms) => ms ?? 0);
}

function delaysOf(retries: number | null, minimumMs: number | undefined, maximumMs: number | undefined): RetryDelays {
  if (retries === null && minimumMs === undefined) return { kind: 'random', minimumMs: 1000, maximumMs: 60_000 };
  if (minimumMs === undefined || maximumMs === undefined) return { kind: 'listed', delaysMs: [minimumMs ?? 0] };
  if (retries === null) return { kind: 'random', minimumMs, maximumMs };
  return { kind: 'linear', minimumMs, maximumMs, retries };
}

/** `=feel`, or error codes and classes: what it does not match fails at once. */
function readWhen(from: Attributes): RecoveryRule[] {
  const feel = from.text('when')?.startsWith('=') ?? false;
  const words = (feel ? null : from.list('when')) ?? [];
  const classes = words.map(errorClassOf).filter((errorClass) => errorClass !== null);
  const codes = words.filter((word) => errorClassOf(word) === null);
  const patterns: FailurePattern[] = [
    ...(feel ? [{ ...ANY, when: from.feel('when') ?? null }] : []),
    ...(classes.length > 0 ? [{ ...ANY, classes }] : []),
    ...(codes.length > 0 ? [{ ...ANY, codes }] : []),
  ];
  if (patterns.length === 0) return [];
  const retry = { do: 'retry', curve: null, maxAttempts: null } as const;
  return [
    ...patterns.map((match): RecoveryRule => ({ name: 'when', match, action: retry })),
    { name: 'what when does not match', match: ANY, action: { do: 'fail' } },
  ];
}
