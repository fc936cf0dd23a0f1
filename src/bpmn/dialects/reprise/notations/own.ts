import { MAX_ATTEMPTS } from '../../../../engine/index.js';
import type { Attributes, Said } from '../attributes.js';
import { readCurve } from '../read-curve.js';
import type { Notation } from './notation.js';

const ATTEMPTS = 20;
const BUDGET_MS = 3_600_000;

/**
 * Our own. Without a word: 20 attempts within an hour, 1 s, 2 s, 4 s, ... up to 5 min apart with full jitter, then parked. Listed
 * delays say how many attempts there are, unless `attempts` does; the hour is the bound only where neither says one.
 */
export const own: Notation = (from) => {
  const attempts = readAttempts(from);
  const curve = readCurve(from);
  const listed = curve.delays.kind === 'listed' ? curve.delays.delaysMs.length + 1 : null;
  return {
    maxAttempts: attempts === 'unlimited' ? null : (attempts ?? listed ?? ATTEMPTS),
    curve,
    retries: 'transient',
    rules: [],
    budgetMs: attempts === undefined && listed === null ? BUDGET_MS : null,
    onExhausted: { do: 'park' },
  };
};

function readAttempts(from: Attributes): Said<number | 'unlimited'> {
  if (from.raw('attempts')?.trim() === 'unlimited') return 'unlimited';
  return from.whole('attempts', 1, MAX_ATTEMPTS);
}
