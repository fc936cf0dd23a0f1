import { MAX_ATTEMPTS } from '../../../../engine/index.js';
import { PLAIN, type Notation } from './notation.js';
import { secondsMs } from './seconds.js';

/** Valohai's parameters: `retries` after the first attempt, `delay` in seconds before each, after connection errors. */
export const valohai: Notation = (from) => {
  const retries = from.whole('retries', 0, MAX_ATTEMPTS - 1) ?? 3;
  const delay = from.text('delay');
  const delayMs = typeof delay === 'string' ? (secondsMs(delay) ?? from.unexpected('delay', 'seconds such as 60')) : 60_000;
  return {
    ...PLAIN,
    maxAttempts: retries + 1,
    curve: { delays: { kind: 'listed', delaysMs: [delayMs ?? 0] }, jitter: 'none' },
    retries: 'transient',
  };
};
