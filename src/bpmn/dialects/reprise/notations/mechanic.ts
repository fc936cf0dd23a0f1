import { PLAIN, type Notation } from './notation.js';

const DELAYS_MS = [30_000, 76_000, 152_000, 308_000];

/** Mechanic's fixed table: four retries "of approximately 0:30, 1:16, 2:32, and 5:08", for what is not permanent. */
export const mechanic: Notation = () => ({
  ...PLAIN,
  maxAttempts: DELAYS_MS.length + 1,
  curve: { delays: { kind: 'listed', delaysMs: DELAYS_MS }, jitter: 0.1 },
  retries: 'transient',
});
