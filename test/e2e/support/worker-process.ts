import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ADMIN_TOKEN } from './test-server.js';

const LOADER = new URL('../../support/register-typescript.mjs', import.meta.url).href;
const MAIN = fileURLToPath(new URL('./run-worker.ts', import.meta.url));

/** What a worker process tells of a job. */
export interface WorkerLine {
  readonly event: 'activated' | 'completed' | 'failed' | 'aborted' | 'refused';
  readonly token: number;
  readonly instanceGuid: string;
  readonly reason?: string;
}

/** A worker of the SDK in a process of its own, to be killed and frozen. */
export class WorkerProcess {
  readonly lines: WorkerLine[] = [];
  private errors = '';

  private constructor(readonly process: ChildProcess) {
    if (process.stdout)
      createInterface(process.stdout).on('line', (line) => {
        this.lines.push(JSON.parse(line) as WorkerLine);
        process.emit('message', null, undefined);
      });
    process.stderr?.on('data', (chunk: Buffer) => (this.errors += chunk.toString()));
  }

  /** `workMs`: how long a job takes. `clockOffMs`: how wrong its clock is. */
  static start(
    url: string,
    type: string,
    name: string,
    { lockDurationMs = 30_000, workMs = 0, clockOffMs = 0 } = {},
  ): WorkerProcess {
    const options = { url, token: ADMIN_TOKEN, type, name, lockDurationMs, workMs, clockOffMs };
    const env = { ...process.env, NODE_OPTIONS: '', WORKER: JSON.stringify(options) };
    const child = spawn(process.execPath, ['--import', LOADER, MAIN], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    return new WorkerProcess(child);
  }

  /** Resolves with the first line of this event. */
  async says(event: WorkerLine['event']): Promise<WorkerLine> {
    for (;;) {
      const line = this.lines.find((each) => each.event === event);
      if (line) return line;
      if (this.process.exitCode !== null) throw new Error(`Expected the worker to say '${event}', but it ended: ${this.errors}`);
      await Promise.race([once(this.process, 'message'), once(this.process, 'exit')]);
    }
  }

  async kill(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    this.process.kill('SIGKILL');
    await once(this.process, 'exit');
  }

  /** SIGTERM; gives the exit code. */
  async terminate(): Promise<number | null> {
    this.process.kill('SIGTERM');
    const [code] = (await once(this.process, 'exit')) as [number | null];
    return code;
  }
}
