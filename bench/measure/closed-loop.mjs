import { performance } from 'node:perf_hooks';

/**
 * Calls `call(index)` `count` times, `clients` at a time: each client begins its next call when its last one has ended.
 * @param {number} count
 * @param {number} clients
 * @param {(index: number) => Promise<unknown>} call
 * @returns {Promise<Float64Array>} The latency of each call, in ms.
 */
export async function closedLoop(count, clients, call) {
  const latenciesMs = new Float64Array(count);
  let next = 0;
  const client = async () => {
    while (next < count) {
      const index = next++;
      const startedAt = performance.now();
      await call(index);
      latenciesMs[index] = performance.now() - startedAt;
    }
  };
  await Promise.all(Array.from({ length: Math.min(clients, count) }, client));
  return latenciesMs;
}

/**
 * @param {ArrayLike<number>} values
 * @param {number} share 0.5 is the median, 0.99 the value that 99 of 100 do not exceed.
 * @returns {number} NaN when there are no values.
 */
export function quantile(values, share) {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

/**
 * @param {readonly number[]} values
 * @returns {number} NaN when there are no values.
 */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (/** @type {number} */ index) => sorted[index] ?? Number.NaN;
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? at(middle) : (at(middle - 1) + at(middle)) / 2;
}
