import { MAX_ATTEMPTS, MAX_DELAY_MS } from '../../../../engine/index.js';
import { checkMaximum, exponential } from '../read-curve.js';
import { PLAIN, type Notation } from './notation.js';

/** Temporal's `RetryPolicy`, its names in lower camel case: https://docs.temporal.io/encyclopedia/retry-policies. */
export const temporal: Notation = (from) => {
  const initialSaid = from.duration('initialInterval', 1, MAX_DELAY_MS);
  const initial = initialSaid === undefined ? 1000 : initialSaid;
  const maximum = from.duration('maximumInterval', 1, MAX_DELAY_MS);
  checkMaximum(from, 'maximumInterval', initial, maximum);
  const coefficient = from.number('backoffCoefficient', 1, 100) ?? 2;
  const attempts = from.whole('maximumAttempts', 0, MAX_ATTEMPTS) ?? 0;
  const codes = from.list('nonRetryableErrorTypes');
  const initialMs = initial ?? 1000;
  const match = codes ? { codes, statuses: null, classes: null, text: null, when: null } : null;
  return {
    ...PLAIN,
    maxAttempts: attempts === 0 ? null : attempts,
    curve: { delays: exponential(initialMs, coefficient, maximum ?? 100 * initialMs), jitter: 'none' },
    retries: 'any',
    rules: match ? [{ name: 'nonRetryableErrorTypes', match, action: { do: 'fail' } }] : [],
  };
};
