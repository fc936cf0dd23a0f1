/** The benchmark: `node bench/run.mjs [--rounds 3] [--only w1,dbos] [--quick] [--dir DIRECTORY] [--memory | --size | --all]`. */
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startBenchPostgres } from './database/bench-postgres.mjs';
import { measureFlushMs } from './database/flush-time.mjs';
import { planMemoryRun, planRound, planSizeRun } from './plan.mjs';
import { reportOf } from './report/report.mjs';
import { runProgram } from './run-program.mjs';
import { fillTwoDatabases } from './size/fill-two-databases.mjs';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', default: '' },
    quick: { type: 'boolean', default: false },
    dir: { type: 'string', default: tmpdir() },
    memory: { type: 'boolean', default: false },
    size: { type: 'boolean', default: false },
    all: { type: 'boolean', default: false },
  },
});
const directory = resolve(options.dir);
const only = options.only.toLowerCase().split(',').filter(Boolean);
const rounds = options.quick ? 1 : Number(options.rounds);

const postgres = await startBenchPostgres(directory);
const results = join(import.meta.dirname, 'results');
mkdirSync(results, { recursive: true });
const startedAt = new Date();
const file = join(results, `${startedAt.toISOString().replaceAll(':', '')}.jsonl`);
/** @type {import('./report/report.mjs').Result[]} */
const records = [];
const keep = (/** @type {import('./report/report.mjs').Result} */ record) => {
  records.push(record);
  appendFileSync(file, `${JSON.stringify(record)}\n`);
  process.stderr.write(`${progressOf(record)}\n`);
};

try {
  const flushMs = measureFlushMs(directory);
  if (options.all || !(options.memory || options.size)) for (let round = 1; round <= rounds; round++) await runRound(round);
  if (options.all || options.memory) await runFresh(1, planMemoryRun(options.quick));
  if (options.all || options.size) await runSizes();
  const machine = `${availableParallelism()} cores (${cpus()[0]?.model.trim()}), Node ${process.versions.node}, PostgreSQL ${postgres.version}, one flush ${flushMs.toFixed(2)} ms`;
  const text = reportOf(records, { machine, quick: options.quick, startedAt });
  process.stdout.write(text);
  if (options.all && !options.quick && only.length === 0) writeFileSync(join(results, 'RESULTS.md'), text);
} finally {
  await postgres.stop();
}
process.exit(records.some(({ failure }) => failure !== undefined) ? 1 : 0);

/** Every system once, so that what else the machine does meanwhile meets all of them alike. */
async function runRound(/** @type {number} */ round) {
  for (const run of planRound({ only, quick: options.quick })) await runFresh(round, run);
}

/**
 * @param {number} round
 * @param {import('./plan.mjs').Run} run
 */
async function runFresh(round, run) {
  const databaseUrl = await postgres.createDatabase('bench');
  await runOn(databaseUrl, round, run);
  await postgres.dropDatabase('bench');
}

/** The two databases are filled once and measured in turn, in every round in the other order. */
async function runSizes() {
  const databases = await fillTwoDatabases(postgres, options.quick);
  for (let round = 1; round <= rounds; round++) {
    const inTurn = round % 2 === 1 ? databases : databases.toReversed();
    for (const { system, url } of inTurn) {
      await postgres.checkpoint();
      await runOn(url, round, planSizeRun(system, options.quick));
    }
  }
}

/**
 * @param {string} databaseUrl
 * @param {number} round
 * @param {import('./plan.mjs').Run} run
 */
async function runOn(databaseUrl, round, run) {
  const load = loadavg()[0] ?? 0;
  const figures = await runProgram(run, { databaseUrl, postmasterPid: postgres.postmasterPid, directory });
  keep({ round, ...run, load, ...figures });
}

/** @param {import('./report/report.mjs').Result} record */
function progressOf({ round, workload, system, clients, rate, p50Ms, failure, unavailable }) {
  const outcome = failure ?? unavailable ?? `${rate?.toFixed(0)}/s, p50 ${p50Ms?.toFixed(2)} ms`;
  return `round ${round}: ${workload} ${system}, ${clients} clients: ${outcome}`;
}
