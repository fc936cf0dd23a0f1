import { median } from '../measure/closed-loop.mjs';
import { ATTEMPTS, SIZES, WAITING } from '../plan.mjs';
import { formatNumber, medianOf } from './report.mjs';

/** @typedef {import('./report.mjs').Result} Result */
/** @typedef {import('./report.mjs').Figure} Figure */

/**
 * What we want to reach. `figure` (the rate without it), as a multiple of
 * the same figure of the system `than` in the same round, or itself.
 * `least` and `most` must hold; `towards` is where we would like to be.
 * @typedef {object} Target
 * @property {string} workload
 * @property {string} system
 * @property {string} [than]
 * @property {Figure} [figure]
 * @property {number} [least]
 * @property {number} [most]
 * @property {number} [towards]
 */

const IN_PROCESS = 'Reprise in process';
const HTTP = 'Reprise HTTP';

/** @type {Target[]} */
const TARGETS = [
  { workload: 'w1', system: IN_PROCESS, than: 'floor', least: 0.25, towards: 0.5 },
  { workload: 'w1', system: IN_PROCESS, than: 'Restate', least: 1.5 },
  { workload: 'w1', system: IN_PROCESS, than: 'DBOS', least: 5 },
  { workload: 'w1', system: HTTP, than: 'floor', least: 0.2, towards: 0.35 },
  { workload: 'w2', system: HTTP, than: 'Restate', least: 1.5, towards: 2.5 },
  { workload: 'w2', system: HTTP, than: 'DBOS', least: 6 },
  { workload: 'w2', system: HTTP, figure: 'p99Ms', most: 49 },
  { workload: 'w3', system: HTTP, than: 'Restate', least: 1.5, towards: 3 },
  { workload: 'w3', system: HTTP, than: 'DBOS', least: 5 },
  ...[IN_PROCESS, HTTP].flatMap((system) => [
    { workload: 'latency', system, figure: /** @type {const} */ ('p50Ms'), most: 8, towards: 3 },
    { workload: 'latency', system, figure: /** @type {const} */ ('p99Ms'), most: 15, towards: 8 },
  ]),
  { workload: 'retry', system: HTTP, figure: 'p50Ms', most: 5, towards: 3 },
  { workload: 'due', system: WAITING.thousand, than: WAITING.ten, least: 0.8, towards: 1 },
  { workload: 'due', system: WAITING.million, than: WAITING.ten, least: 0.8, towards: 1 },
  { workload: 'lateness', system: HTTP, figure: 'p99Ms', most: 50, towards: 10 },
  { workload: 'attempts', system: ATTEMPTS.failing, than: ATTEMPTS.succeeding, least: 0.5, towards: 1 },
  { workload: 'worker', system: HTTP, than: 'floor', least: 0.1, towards: 0.2 },
  { workload: 'memory', system: HTTP, figure: 'residentMib', most: 350 },
  { workload: 'memory', system: HTTP, figure: 'grownMib', most: 10 },
  { workload: 'size', system: SIZES.million, than: SIZES.thousand, figure: 'serverUs', most: 1.1, towards: 1 },
];

const FIGURE_NAMES = {
  rate: 'rate',
  serverUs: 'CPU',
  p50Ms: 'p50, ms',
  p99Ms: 'p99, ms',
  residentMib: 'resident memory, MiB',
  grownMib: 'growth over the run, MiB',
};

/**
 * The targets that the results say something about, as rows: what, target, measured, whether it holds, towards, and for
 * multiples of a rate the same multiple counted in CPU.
 * @param {readonly Result[]} results
 */
export function judgeTargets(results) {
  return TARGETS.flatMap((target) => {
    const { workload, system, than, figure = 'rate', least, most, towards } = target;
    const measured = measuredOf(target, results);
    if (!Number.isFinite(measured)) return [];
    const what = `${workload}, ${system}: ${than === undefined ? nameOf(figure) : `times the ${nameOf(figure)} of ${than}`}`;
    const holds = (least === undefined || measured >= least) && (most === undefined || measured < most);
    const bound = least === undefined ? `< ${most}` : String(least);
    const byCpu = than === undefined || figure !== 'rate' ? Number.NaN : multipleOf(target, results, callsPerCpu);
    return [
      [
        what,
        bound,
        formatNumber(measured, 2),
        holds ? 'yes' : '**no**',
        towards === undefined ? '' : String(towards),
        formatNumber(byCpu, 2),
      ],
    ];
  });
}

/**
 * @param {Target} target
 * @param {readonly Result[]} results
 */
function measuredOf(target, results) {
  const { workload, system, than, figure = 'rate' } = target;
  if (than !== undefined) return multipleOf(target, results, (result) => result[figure]);
  return medianOf(
    results.filter((result) => result.workload === workload && result.system === system),
    figure,
  );
}

/**
 * Within a round both met the same machine: the median of the rounds' multiples is firmer than the quotient of medians.
 * @param {Target} target
 * @param {readonly Result[]} results
 * @param {(result: Result) => number | null | undefined} read
 */
function multipleOf({ workload, system, than }, results, read) {
  const of = (/** @type {string | undefined} */ name) =>
    results.filter((result) => result.workload === workload && result.system === name);
  return median(
    of(system).flatMap((ours) => {
      const theirs = of(than).find(({ round }) => round === ours.round);
      const [value, other] = [read(ours), theirs && read(theirs)];
      return typeof value !== 'number' || typeof other !== 'number' ? [] : [value / other];
    }),
  );
}

/**
 * Calls that a second of CPU suffices for, client included, as it is in some systems' own process.
 * @param {Result} result
 */
function callsPerCpu({ serverUs, clientUs }) {
  return typeof serverUs === 'number' ? 1_000_000 / (serverUs + (clientUs ?? 0)) : null;
}

/** @param {Figure} figure */
function nameOf(figure) {
  return FIGURE_NAMES[/** @type {keyof typeof FIGURE_NAMES} */ (figure)];
}
