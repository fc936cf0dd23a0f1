import { MAX_DELAY_MS, type RetryCurve, type RetryDelays } from '../../../engine/index.js';
import type { Attributes, Said } from './attributes.js';

const CURVE = ['initial', 'coefficient', 'maximum', 'delays', 'jitter'];
const INITIAL_MS = 1000;
const COEFFICIENT = 2;
const MAXIMUM_MS = 300_000;
const MAX_COEFFICIENT = 100;
const MOST_LISTED = 100;

/** The curve of a policy in our own notation: 1 s, 2 s, 4 s, ... up to 5 min with full jitter, unless it says otherwise. */
export function readCurve(from: Attributes): RetryCurve {
  const delays = from.has('delays') ? readListed(from) : readExponential(from);
  return { delays, jitter: readJitter(from) ?? (delays.kind === 'listed' ? 'none' : 'full') };
}

/** The curve of a rule or a step of the ladder: complete, or not there at all. */
export function readOwnCurve(from: Attributes): RetryCurve | null {
  const said = CURVE.filter((name) => from.has(name));
  if (said.length > 0 && !from.has('initial') && !from.has('delays'))
    from.wrong(
      `Expected ${from.what} to say initial or delays, since it says ${said.join(' and ')}, but it does not`,
      'A curve is not mixed with that of the policy; say all of it.',
    );
  const curve = readCurve(from);
  return said.length > 0 ? curve : null;
}

/** What a policy of another notation says of exponential waits. */
export function exponential(initialMs: number, coefficient: number, maximumMs: number): RetryDelays {
  return { kind: 'exponential', initialMs, coefficient, maximumMs };
}

/** Reports a maximum that is less than the first wait. */
export function checkMaximum(from: Attributes, name: string, initialMs: Said<number>, maximumMs: Said<number>): void {
  if (typeof initialMs === 'number' && typeof maximumMs === 'number' && maximumMs < initialMs)
    from.unexpected(name, `at least the first wait of ${initialMs} ms`);
}

function readExponential(from: Attributes): RetryDelays {
  const initialSaid = from.duration('initial', 1, MAX_DELAY_MS);
  const initial = initialSaid === undefined ? INITIAL_MS : initialSaid;
  const maximum = from.duration('maximum', 1, MAX_DELAY_MS);
  checkMaximum(from, 'maximum', initial, maximum);
  const initialMs = initial ?? INITIAL_MS;
  const coefficient = from.number('coefficient', 1, MAX_COEFFICIENT) ?? COEFFICIENT;
  return exponential(initialMs, coefficient, maximum ?? Math.max(MAXIMUM_MS, initialMs));
}

function readListed(from: Attributes): RetryDelays {
  for (const name of ['initial', 'coefficient', 'maximum'])
    if (from.text(name) !== undefined)
      from.wrong(`Expected ${from.what} to say either delays or ${name}, but it says both`, 'Keep one of them.');
  const texts = from.list('delays') ?? [];
  if (texts.length > MOST_LISTED) from.unexpected('delays', `at most ${MOST_LISTED} waits; the last is repeated`);
  const delaysMs = texts.slice(0, MOST_LISTED).map((text) => from.durationIn('delays', text, 0, MAX_DELAY_MS) ?? 0);
  return { kind: 'listed', delaysMs: delaysMs.length === 0 ? [0] : delaysMs };
}

function readJitter(from: Attributes): Said<RetryCurve['jitter']> {
  const text = from.text('jitter');
  if (typeof text !== 'string') return text;
  if (text === 'none' || text === 'full' || text === 'equal') return text;
  const percent = /^\d{1,3}(?:\.\d{1,3})?%$/.test(text) ? Number(text.slice(0, -1)) : Number.NaN;
  return percent <= 100 ? percent / 100 : from.unexpected('jitter', 'none, full, equal or a share such as 10%');
}
