import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { NonRetryableError, type Job } from '../sdk/worker.js';

/** Of what a command says when it fails, so much is looked at. */
const TAIL = 8_000;
/** A command that does not end when it is asked to, in ms. */
const KILL_AFTER_MS = 5_000;

/** The work of a job failed, by its exit code. */
class CommandFailed extends Error {
  constructor(
    message: string,
    readonly code: string,
  ) {
    super(message);
  }
}

/**
 * Runs a shell command for a job: its variables as JSON on the standard input, the result as JSON on the standard output, which may be
 * empty. It has a process group of its own: the worker's signals do not reach it, and it is ended with all it has started
 * when the work is of no use any more.
 * @throws CommandFailed with the last line of the standard error, code `EXIT_<code>` or the signal's name; NonRetryableError for a
 * result that is no JSON
 */
export async function runForJob(command: string, job: Job): Promise<unknown> {
  const env = {
    ...process.env,
    REPRISE_JOB_ID: job.jobId,
    REPRISE_INSTANCE: job.instanceGuid,
    REPRISE_TASK: job.taskId,
    REPRISE_ATTEMPT: String(job.attempt),
    REPRISE_IDEMPOTENCY_KEY: job.idempotencyKey,
  };
  const child = spawn(command, { shell: true, detached: process.platform !== 'win32', env, stdio: 'pipe' });
  let late: NodeJS.Timeout | undefined;
  const end = (): void => {
    kill(child, 'SIGTERM');
    late = setTimeout(() => kill(child, 'SIGKILL'), KILL_AFTER_MS);
  };
  job.signal.addEventListener('abort', end, { once: true });
  // A command need not read what it is given.
  child.stdin.on('error', () => undefined);
  child.stdin.end(JSON.stringify(job.variables));
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-TAIL)));
  try {
    const [output, [exitCode, signal]] = await Promise.all([
      text(child.stdout),
      once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>,
    ]);
    if (exitCode === 0) return resultOf(output);
    const code = exitCode === null ? (signal ?? 'KILLED') : `EXIT_${exitCode}`;
    throw new CommandFailed(
      lastLine(said) ?? `The command ended with ${exitCode === null ? code : `exit code ${exitCode}`}`,
      code,
    );
  } finally {
    clearTimeout(late);
    job.signal.removeEventListener('abort', end);
  }
}

/** It, and all it has started. */
function kill({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, signal);
  } catch {
    // It has ended already.
  }
}

function resultOf(output: string): unknown {
  if (output.trim() === '') return undefined;
  try {
    return JSON.parse(output) as unknown;
  } catch (error) {
    const shown = output.trim().slice(0, 80);
    throw new NonRetryableError(
      `Expected JSON on the standard output of the command, but got '${shown}': ${(error as Error).message}`,
      'RESULT_NOT_JSON',
    );
  }
}

function lastLine(said: string): string | null {
  return said.trim().split('\n').at(-1)?.trim() || null;
}
