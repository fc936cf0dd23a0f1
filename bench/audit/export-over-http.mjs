import { get } from 'node:http';
import { performance } from 'node:perf_hooks';
import { residentMib, treeCpuMs } from '../measure/process-usage.mjs';

const LINE_END = 10;

/**
 * Reads an export until so many lines have come, and says how fast they came and what the server held.
 * @param {{ origin: string, headers: Record<string, string>, pid: number }} server
 * @param {string} accept
 * @param {string} query
 * @param {number} most
 */
export async function exportOverHttp({ origin, headers, pid }, accept, query, most) {
  const begunAt = performance.now();
  const cpuBefore = treeCpuMs(pid) ?? 0;
  let lines = 0;
  let firstMs = 0;
  let peakMib = 0;
  const timer = setInterval(() => (peakMib = Math.max(peakMib, residentMib(pid) ?? 0)), 100);
  await new Promise((done, fail) => {
    const request = get(`${origin}/api/core/audit${query}`, { headers: { ...headers, accept } }, (response) => {
      if (response.statusCode !== 200) fail(new Error(`Expected an export, but got HTTP ${response.statusCode}`));
      response.on('data', (/** @type {Buffer} */ chunk) => {
        firstMs ||= performance.now() - begunAt;
        for (let i = chunk.indexOf(LINE_END); i >= 0; i = chunk.indexOf(LINE_END, i + 1)) lines++;
        if (lines >= most) response.destroy();
      });
      response.on('close', done);
      response.on('error', done);
    });
    request.on('error', fail);
  });
  clearInterval(timer);
  const wallMs = performance.now() - begunAt;
  const cpuUs = (((treeCpuMs(pid) ?? 0) - cpuBefore) * 1_000) / lines;
  return { lines, rate: lines / (wallMs / 1_000), cpuUs, peakMib, firstMs };
}
