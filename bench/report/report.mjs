import { WORKLOADS } from '../plan.mjs';
import { median } from '../measure/closed-loop.mjs';
import { judgeTargets } from './targets.mjs';

/**
 * One run of one program, or why there are no figures: `failure` is ours to repair, `unavailable` is not (a peer that has
 * no build for this platform).
 * @typedef {object} Result
 * @property {number} round
 * @property {string} workload
 * @property {string} system
 * @property {number} [clients]
 * @property {number} [count]
 * @property {number} [rate] Calls per second.
 * @property {number} [p50Ms]
 * @property {number} [p99Ms]
 * @property {number | null} [nodeUs] CPU of the engine's Node process per call.
 * @property {number | null} [postgresUs] CPU of the server that keeps the data, per call.
 * @property {number | null} [clientUs] CPU of the measuring process per call, where it is not the engine's.
 * @property {number | null} [serverUs] Both together: what a call costs, without its client.
 * @property {number | null} [residentMib] The most that the server's process held during the run.
 * @property {number | null} [grownMib] What it held at the end beyond what it held at the beginning.
 * @property {number} [load]
 * @property {string} [failure]
 * @property {string} [unavailable]
 */

/** @typedef {'rate' | 'p50Ms' | 'p99Ms' | 'nodeUs' | 'postgresUs' | 'clientUs' | 'serverUs' | 'residentMib' | 'grownMib' | 'load'} Figure */

const COLUMNS = [
  'system',
  'clients',
  'rate/s',
  'min to max',
  'p50 ms',
  'p99 ms',
  'CPU µs: Node',
  'Postgres',
  'client',
  'RSS MiB',
  'load',
  'runs',
];

/**
 * The whole report as Markdown: a table per workload, the targets, and what did not run.
 * @param {readonly Result[]} results
 * @param {{ machine: string, quick: boolean, startedAt: Date }} run
 */
export function reportOf(results, { machine, quick, startedAt }) {
  const rounds = Math.max(...results.map(({ round }) => round));
  const lines = ['# Results', '', `${startedAt.toISOString()}, ${machine}. Medians of ${rounds} interleaved round(s).`];
  if (quick) lines.push('', '**A smoke run (`--quick`): too short for its figures to say much.**');
  for (const [workload, title] of Object.entries(WORKLOADS)) {
    const rows = rowsOf(results.filter((result) => result.workload === workload));
    if (rows.length > 0) lines.push('', `## ${title}`, '', ...markdownTable(COLUMNS, rows));
  }
  const targets = judgeTargets(results);
  if (targets.length > 0)
    lines.push('', '## Targets', '', ...markdownTable(['what', 'at least', 'measured', 'holds', 'towards', 'by CPU'], targets));
  const missing = results.filter(({ failure, unavailable }) => failure ?? unavailable);
  if (missing.length > 0)
    lines.push(
      '',
      '## Not measured',
      '',
      ...missing.map(
        ({ round, workload, system, failure, unavailable }) =>
          `- Round ${round}, ${workload}, ${system}: ${inOneLine(failure ?? unavailable ?? '')}`,
      ),
    );
  return `${lines.join('\n')}\n`;
}

/** @param {string} complaint */
function inOneLine(complaint) {
  const text = complaint.replace(/\s+/g, ' ');
  return text.length > 600 ? `${text.slice(0, 600)} ...` : text;
}

/**
 * The median of a figure over the rounds; NaN where no round has it.
 * @param {readonly Result[]} results
 * @param {Figure} figure
 */
export function medianOf(results, figure) {
  return median(results.map((result) => result[figure]).filter((value) => typeof value === 'number'));
}

/** @param {readonly Result[]} results */
function rowsOf(results) {
  const measured = results.filter(({ rate }) => rate !== undefined);
  return [...new Set(measured.map(({ system }) => system))].map((system) => {
    const runs = measured.filter((result) => result.system === system);
    const rates = runs.map(({ rate = Number.NaN }) => rate);
    const cell = (/** @type {Figure} */ figure, digits = 0) => formatNumber(medianOf(runs, figure), digits);
    const range = `${formatNumber(Math.min(...rates))} to ${formatNumber(Math.max(...rates))}`;
    const cpu = [cell('nodeUs'), cell('postgresUs'), cell('clientUs')];
    return [
      system,
      String(runs[0]?.clients ?? ''),
      cell('rate'),
      range,
      cell('p50Ms', 2),
      cell('p99Ms', 2),
      ...cpu,
      cell('residentMib'),
      cell('load', 1),
      String(runs.length),
    ];
  });
}

/**
 * @param {number} value
 * @param {number} [digits]
 */
export function formatNumber(value, digits = 0) {
  return Number.isFinite(value) ? value.toFixed(digits) : '';
}

/**
 * @param {readonly string[]} header
 * @param {readonly (readonly string[])[]} rows
 */
function markdownTable(header, rows) {
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)));
  const isNumber = header.map((_, column) => column > 0 && rows.every((row) => /^[\d.,+<> to-]*$/.test(row[column] ?? '')));
  const line = (/** @type {readonly string[]} */ cells) =>
    `| ${cells.map((cell, column) => (isNumber[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0))).join(' | ')} |`;
  const rule = `|${widths.map((width, column) => (isNumber[column] ? `${'-'.repeat(width + 1)}:` : '-'.repeat(width + 2))).join('|')}|`;
  return [line(header), rule, ...rows.map(line)];
}
