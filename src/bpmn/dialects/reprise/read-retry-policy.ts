import { delayOf, MAX_DELAY_MS, RETRY_AFTER_CAP_MS, type RetryPolicy } from '../../../engine/index.js';
import type { ExtensionElement } from '../../extensions.js';
import type { Report } from '../../problem.js';
import { Attributes } from './attributes.js';
import { inWords } from './duration.js';
import { coflux } from './notations/coflux.js';
import { mechanic } from './notations/mechanic.js';
import type { Notation, NotedPolicy } from './notations/notation.js';
import { own } from './notations/own.js';
import { temporal } from './notations/temporal.js';
import { valohai } from './notations/valohai.js';
import { readLadder } from './read-ladder.js';
import { readLastResort, RESORT_HINTS } from './read-last-resort.js';
import { readRule } from './read-rule.js';

type Like = 'temporal' | 'coflux' | 'mechanic' | 'valohai';
const NOTATIONS: Readonly<Record<Like, Notation>> = { temporal, coflux, mechanic, valohai };
/** Most rules, and most steps of a ladder: all are looked at after each failure. */
const MOST = 100;
const LIKES = Object.keys(NOTATIONS) as Like[];

/**
 * `reprise:retryPolicy`: how often and when in one notation; rules, ladder, budget and end in ours. Null when its notation is not
 * known.
 * @param what names it in messages
 */
export function readRetryPolicy(element: ExtensionElement, what: string, report: Report): RetryPolicy | null {
  const from = new Attributes(element, what, report);
  const like = from.oneOf('like', LIKES);
  if (like === null) return null;
  const noted = (like === undefined ? own : NOTATIONS[like])(from);
  const retryOn = from.oneOf('retryOn', ['transient', 'any'] as const);
  if (retryOn !== undefined && like === 'coflux' && noted.rules.length > 0)
    from.wrong('Expected either retryOn or when, but found both', 'Keep one of them.');
  const budgetMs = from.duration('budget', 1, MAX_DELAY_MS) ?? noted.budgetMs;
  for (const name of ['rule', 'ladder'])
    if (from.children(name).length > MOST) from.wrong(`Expected at most ${MOST} reprise:${name} in ${what}, but there are more`);
  const policy: RetryPolicy = {
    ...noted,
    retries: retryOn ?? noted.retries,
    budgetMs,
    rules: [...from.children('rule').map((rule, index) => readRule(rule, index + 1, report)), ...noted.rules],
    ladder: readLadder(from.children('ladder'), noted.maxAttempts, report),
    onExhausted: readLastResort(from, 'onExhausted') ?? noted.onExhausted,
    retryAfterCapMs: from.duration('retryAfterCap', 0, MAX_DELAY_MS) ?? RETRY_AFTER_CAP_MS,
  };
  from.close(['rule', 'ladder', 'output'], RESORT_HINTS);
  warnOfBudget(noted, budgetMs, report);
  return policy;
}

function warnOfBudget({ curve, maxAttempts }: NotedPolicy, budgetMs: number | null, report: Report): void {
  const firstMs = delayOf({ delays: curve.delays, jitter: 'none' }, 1, 0);
  if (budgetMs !== null && maxAttempts !== 1 && firstMs > budgetMs)
    report.warning(
      'budget-without-retry',
      `Expected the budget to have room for a retry, but the first wait of ${inWords(firstMs)} is longer than its ${inWords(budgetMs)}`,
      'Say a longer budget, or a shorter first wait.',
    );
}
