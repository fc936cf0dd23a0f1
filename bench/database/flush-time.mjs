import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { median } from '../measure/closed-loop.mjs';

const WRITES = 200;
const PAGE = Buffer.alloc(8192, 1);

/**
 * How long the disk takes to make one page durable, in ms: a time near zero means that nothing here is durable (a RAM
 * disk, or a disk that acknowledges what it has not kept), and rates of commits are worth nothing.
 * @param {string} directory
 */
export function measureFlushMs(directory) {
  const probe = mkdtempSync(join(directory, 'reprise-bench-flush-'));
  const file = openSync(join(probe, 'file'), 'w');
  const timesMs = Array.from({ length: WRITES }, () => {
    const startedAt = performance.now();
    writeSync(file, PAGE);
    fdatasyncSync(file);
    return performance.now() - startedAt;
  });
  closeSync(file);
  rmSync(probe, { recursive: true });
  return median(timesMs);
}
