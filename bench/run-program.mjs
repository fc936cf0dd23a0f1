import { fork } from 'node:child_process';
import { join } from 'node:path';

const LIMIT_MS = 900_000;
/** What the program gets to end its own servers before it is killed. */
const LEAVE_MS = 15_000;

/**
 * Runs one measuring program in a process of its own and resolves with what it reports. Never rejects: a program that fails
 * gives `{ failure }`, and the benchmark goes on without its figures.
 *
 * @param {{ program: string, kind: string, clients: number, count: number, warmup: number }} run
 * @param {{ databaseUrl: string, postmasterPid: number, directory: string }} surroundings
 * @returns {Promise<Record<string, unknown>>}
 */
export function runProgram({ program, kind, clients, count, warmup }, { databaseUrl, postmasterPid, directory }) {
  const args = ['--workload', kind, '--clients', clients, '--count', count, '--warmup', warmup].map(String);
  const child = fork(join(import.meta.dirname, program), args, {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: ['--no-deprecation', '--max-semi-space-size=32', '--heap-growing-percent=200'],
    env: { ...process.env, BENCH_DATABASE_URL: databaseUrl, BENCH_POSTMASTER_PID: String(postmasterPid), BENCH_DIR: directory },
  });
  let complaint = '';
  child.stderr?.on('data', (chunk) => (complaint = (complaint + String(chunk)).slice(-2_000)));
  return new Promise((resolve) => {
    /** @type {Record<string, unknown> | null} */
    let figures = null;
    const limit = setTimeout(() => child.kill('SIGTERM'), LIMIT_MS);
    const end = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS + LEAVE_MS);
    child.on('message', (message) => (figures = /** @type {Record<string, unknown>} */ (message)));
    child.once('close', (code, signal) => {
      clearTimeout(limit);
      clearTimeout(end);
      resolve(figures ?? { failure: `ended with ${String(code ?? signal)} and without figures: ${complaint.trim()}` });
    });
  });
}
