import { residentMib } from './process-usage.mjs';
import { median } from './closed-loop.mjs';

const EVERY_MS = 250;

/**
 * Watches the resident memory of a process while it is measured.
 * @param {number} pid
 */
export function watchMemory(pid) {
  /** @type {number[]} */
  const samples = [];
  const timer = setInterval(() => {
    const mib = residentMib(pid);
    if (mib !== null) samples.push(mib);
  }, EVERY_MS);
  timer.unref();
  return {
    /**
     * `residentMib` is the most it held; `grownMib` what it held in the last tenth of the time beyond what it held in the
     * third one: before that the heap still finds its size.
     */
    figures() {
      const tenth = (/** @type {number} */ number) =>
        samples.slice(Math.floor((samples.length * number) / 10), Math.floor((samples.length * (number + 1)) / 10));
      const grownMib = median(tenth(9)) - median(tenth(2));
      return samples.length === 0
        ? {}
        : { residentMib: Math.max(...samples), grownMib: Number.isFinite(grownMib) ? grownMib : null };
    },
  };
}
