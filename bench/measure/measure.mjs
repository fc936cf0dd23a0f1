import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { closedLoop, quantile } from './closed-loop.mjs';
import { treeCpuMs } from './process-usage.mjs';

/**
 * What a measuring program was asked to do: `--workload`, `--clients`, `--count`, `--warmup`, and from the environment the
 * database of this run and the process id of the server that holds it.
 */
export function readTask() {
  const { values } = parseArgs({
    options: {
      workload: { type: 'string', default: 'w1' },
      clients: { type: 'string', default: '64' },
      count: { type: 'string', default: '2000' },
      warmup: { type: 'string', default: '200' },
    },
  });
  const databaseUrl = process.env['BENCH_DATABASE_URL'] ?? '';
  const postmaster = Number(process.env['BENCH_POSTMASTER_PID'] ?? 0);
  return {
    workload: values.workload,
    clients: Number(values.clients),
    count: Number(values.count),
    warmup: Number(values.warmup),
    databaseUrl,
    databaseCpuMs: () => treeCpuMs(postmaster),
  };
}

/**
 * Warms up, measures `count` calls of `call(index)` and reports the figures to the process that started this one (or
 * prints them). The indexes of the warm-up are negative, -1 downwards, so that they never meet the measured ones.
 *
 * @param {{ clients: number, count: number, warmup: number }} task
 * @param {(index: number) => Promise<unknown>} call
 * @param {Record<string, () => number | null>} cpuMs CPU counters by column: `node` (engine), `postgres` (or another
 * server that keeps the data), `client` where the client is not in the engine's process.
 * @param {() => Record<string, number | null>} [more] Further figures, read when the last call has ended.
 */
export async function measure({ clients, count, warmup }, call, cpuMs, more = () => ({})) {
  await closedLoop(warmup, clients, (index) => call(-1 - index));
  const before = readAll(cpuMs);
  const startedAt = performance.now();
  const latenciesMs = await closedLoop(count, clients, call);
  const wallMs = performance.now() - startedAt;
  const after = readAll(cpuMs);
  /** @type {Record<string, number | null>} */
  const cpuUs = {};
  for (const column of Object.keys(cpuMs)) {
    const [from, to] = [before[column] ?? null, after[column] ?? null];
    cpuUs[`${column}Us`] = from === null || to === null ? null : ((to - from) * 1000) / count;
  }
  const { nodeUs = null, postgresUs = null } = cpuUs;
  cpuUs['serverUs'] = nodeUs === null || postgresUs === null ? null : nodeUs + postgresUs;
  report({
    count,
    clients,
    rate: count / (wallMs / 1000),
    p50Ms: quantile(latenciesMs, 0.5),
    p99Ms: quantile(latenciesMs, 0.99),
    ...cpuUs,
    ...more(),
  });
}

/** @param {Record<string, unknown>} figures */
export function report(figures) {
  if (process.send) process.send(figures);
  else process.stdout.write(`${JSON.stringify(figures)}\n`);
}

/** @param {Record<string, () => number | null>} counters */
function readAll(counters) {
  return Object.fromEntries(Object.entries(counters).map(([name, read]) => [name, read()]));
}
