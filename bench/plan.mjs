/**
 * What is measured in a round, in this order: each run is a process of its own on a fresh database.
 * @typedef {object} Run
 * @property {string} workload Rows of one workload stand together in the table.
 * @property {string} system
 * @property {string} program Relative to this folder.
 * @property {string} kind What the program is asked to do.
 * @property {number} clients
 * @property {number} count Measured calls.
 * @property {number} warmup Calls before them.
 */

const FLOOR = { system: 'floor', program: 'floors/grouped-commits.mjs' };
const DBOS = { system: 'DBOS', program: 'peers/dbos.mjs' };
const RESTATE = { system: 'Restate', program: 'peers/restate.mjs' };
const IN_PROCESS = { system: 'Reprise in process', program: 'reprise-in-process.mjs' };
const HTTP = { system: 'Reprise HTTP', program: 'reprise-http.mjs' };
const RECOVERY = { program: 'reprise-recovery.mjs' };

/** Retries that fall due at one moment, beside so many that wait. */
export const WAITING = { ten: '10 waiting', thousand: '1,000 waiting', million: '1,000,000 waiting' };
/** Eleven attempts of an instance: of as many tasks, or of one that fails ten times. */
export const ATTEMPTS = { succeeding: 'eleven succeed', failing: 'ten fail, one succeeds' };

/** @type {Run[]} */
const RUNS = [
  { workload: 'w1', ...FLOOR, kind: 'w1', clients: 64, count: 15_000, warmup: 3_000 },
  { workload: 'w1', ...IN_PROCESS, kind: 'w1', clients: 64, count: 10_000, warmup: 2_000 },
  { workload: 'w1', ...HTTP, kind: 'w1', clients: 64, count: 10_000, warmup: 2_000 },
  { workload: 'w1', ...RESTATE, kind: 'w1', clients: 64, count: 5_000, warmup: 500 },
  { workload: 'w1', ...DBOS, kind: 'w1', clients: 64, count: 2_500, warmup: 300 },

  { workload: 'w2', ...FLOOR, kind: 'w2', clients: 16, count: 6_000, warmup: 1_000 },
  { workload: 'w2', ...HTTP, kind: 'w2', clients: 16, count: 2_000, warmup: 1_000 },
  { workload: 'w2', ...RESTATE, kind: 'w2', clients: 16, count: 2_000, warmup: 1_000 },
  { workload: 'w2', ...DBOS, kind: 'w2', clients: 16, count: 1_000, warmup: 300 },

  { workload: 'w3', ...FLOOR, kind: 'w3', clients: 64, count: 15_000, warmup: 3_000 },
  { workload: 'w3', ...HTTP, kind: 'w3', clients: 64, count: 5_000, warmup: 1_000 },
  { workload: 'w3', ...RESTATE, kind: 'w3', clients: 64, count: 3_000, warmup: 300 },
  { workload: 'w3', ...DBOS, kind: 'w3', clients: 64, count: 1_500, warmup: 200 },

  { workload: 'latency', ...FLOOR, kind: 'w1', clients: 1, count: 1_000, warmup: 1_000 },
  { workload: 'latency', ...IN_PROCESS, kind: 'w1', clients: 1, count: 1_000, warmup: 1_000 },
  { workload: 'latency', ...HTTP, kind: 'w1', clients: 1, count: 1_000, warmup: 1_000 },
  { workload: 'latency', ...RESTATE, kind: 'w1', clients: 1, count: 400, warmup: 200 },
  { workload: 'latency', ...DBOS, kind: 'w1', clients: 1, count: 300, warmup: 100 },

  { workload: 'retry', ...HTTP, kind: 'retry', clients: 1, count: 500, warmup: 300 },

  { workload: 'due', ...RECOVERY, system: WAITING.ten, kind: 'due-10', clients: 0, count: 4_000, warmup: 0 },
  { workload: 'due', ...RECOVERY, system: WAITING.thousand, kind: 'due-1000', clients: 0, count: 4_000, warmup: 0 },
  { workload: 'due', ...RECOVERY, system: WAITING.million, kind: 'due-1000000', clients: 0, count: 4_000, warmup: 0 },
  { workload: 'lateness', ...RECOVERY, system: 'Reprise HTTP', kind: 'lateness', clients: 0, count: 300, warmup: 0 },
  { workload: 'worker', ...FLOOR, kind: 'w2', clients: 16, count: 6_000, warmup: 1_000 },
  { workload: 'worker', ...RECOVERY, system: 'Reprise HTTP', kind: 'worker', clients: 16, count: 4_000, warmup: 500 },
  {
    workload: 'attempts',
    ...RECOVERY,
    system: ATTEMPTS.succeeding,
    kind: 'attempts-succeeding',
    clients: 32,
    count: 1_500,
    warmup: 300,
  },
  {
    workload: 'attempts',
    ...RECOVERY,
    system: ATTEMPTS.failing,
    kind: 'attempts-failing',
    clients: 32,
    count: 1_500,
    warmup: 300,
  },
];

/** The long run that shows whether memory grows. */
const MEMORY_RUN = { workload: 'memory', ...HTTP, kind: 'w1', clients: 64, count: 100_000, warmup: 10_000 };

/** How the two databases are called of which one holds a thousand times as much. */
export const SIZES = { thousand: '1,000 finished instances', million: '1,000,000 finished, 100,000 waiting' };

/** What each workload is, for the heading of its table. */
export const WORKLOADS = {
  w1: 'W1: three tasks that do nothing, each durable on its own, start to end',
  w2: 'W2: instances in error, one retry each, to completion',
  w3: 'W3: start to a user task (or a wait for a message), then signal to the end',
  latency: 'Latency of W1 with one client',
  retry: 'Retry of a task that does nothing, on an idle server',
  due: 'Retries that fall due at one moment, until the last of their instances has ended',
  lateness: 'Lateness of a due retry on an idle server',
  worker: 'A job taken and completed by a worker over HTTP (floor: two grouped commits)',
  attempts: 'Instances of eleven attempts, start to end',
  memory: 'Memory: 100,000 instances of W1',
  size: 'The cost of W1 against what the database holds',
};

/** A smoke run asks whether everything still works; its figures say little. */
const QUICK_SHARE = 0.06;
const QUICK_LEAST = 40;

/**
 * @param {{ only: string[], quick: boolean }} options `only`: workloads or parts of a system's name; none means all.
 * @returns {Run[]}
 */
export function planRound({ only, quick }) {
  const wanted = RUNS.filter(
    ({ workload, system }) => only.length === 0 || only.some((word) => workload === word || system.toLowerCase().includes(word)),
  );
  return quick ? wanted.map(shorten) : wanted;
}

/** @param {boolean} quick */
export function planMemoryRun(quick) {
  return quick ? shorten(MEMORY_RUN) : MEMORY_RUN;
}

/**
 * @param {string} system Which of `SIZES`.
 * @param {boolean} quick
 */
export function planSizeRun(system, quick) {
  const run = { workload: 'size', ...HTTP, system, kind: 'w1', clients: 64, count: 10_000, warmup: 2_000 };
  return quick ? shorten(run) : run;
}

/** @param {Run} run */
function shorten(run) {
  const share = (/** @type {number} */ calls) => Math.max(QUICK_LEAST, Math.round(calls * QUICK_SHARE));
  return { ...run, count: share(run.count), warmup: share(run.warmup) };
}
