import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { ApiClient } from './api-client.js';
import { ADMIN_TOKEN, HANDLERS } from './test-server.js';

const LOADER = new URL('../../support/register-typescript.mjs', import.meta.url).href;
const MAIN = fileURLToPath(new URL('../../../src/main.ts', import.meta.url));

/** The real server in a process of its own, to be killed. */
export class ProcessServer {
  readonly admin: ApiClient;
  private output = '';

  private constructor(
    readonly process: ChildProcess,
    readonly url: string,
  ) {
    this.admin = new ApiClient(url, ADMIN_TOKEN);
    process.stdout?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    process.stderr?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
  }

  /** Resolves when it is ready. */
  static async start(databaseUrl: string, env: Readonly<Record<string, string>> = {}): Promise<ProcessServer> {
    const port = await freePort();
    const child = spawn(process.execPath, ['--import', LOADER, MAIN], {
      env: {
        ...process.env,
        NODE_OPTIONS: '',
        PORT: String(port),
        HOST: '127.0.0.1',
        DATABASE_URL: databaseUrl,
        REPRISE_ADMIN_TOKEN: ADMIN_TOKEN,
        REPRISE_HTTP_ALLOW_PRIVATE: 'true',
        REPRISE_HANDLERS: HANDLERS,
        REPRISE_BREAKER: 'false',
        LOG_LEVEL: 'info',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const server = new ProcessServer(child, `http://127.0.0.1:${port}`);
    await server.isReady();
    return server;
  }

  /** What it has written so far. */
  get log(): string {
    return this.output;
  }

  /** Resolves with the lines that contain `text` when there are so many; they come through a pipe, later than answers do. */
  async linesWith(text: string, count: number): Promise<string[]> {
    for (;;) {
      const lines = this.output.split('\n').filter((line) => line.includes(text));
      if (lines.length >= count) return lines;
      if (this.process.stdout) await once(this.process.stdout, 'data');
    }
  }

  /** `kill -9`: nothing is said good-bye to. */
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

  private async isReady(): Promise<void> {
    for (;;) {
      if (this.process.exitCode !== null || this.process.signalCode !== null)
        throw new Error(`Expected the server to start, but it ended: ${this.output}`);
      const answer = await fetch(`${this.url}/health/ready`).catch(() => null);
      if (answer?.ok) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function freePort(): Promise<number> {
  const probe = createServer();
  probe.listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
