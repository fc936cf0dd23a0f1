import { execFile, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { field } from './support/api-client.js';
import { ADMIN_TOKEN, startTestServer, type TestServer } from './support/test-server.js';

jest.setTimeout(60_000);

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PYTHON = spawnSync('python3', ['--version']).status === 0;

let server: TestServer;
let guide: string;
let snake: ChildProcess | undefined;

beforeAll(async () => {
  [server, guide] = await Promise.all([startTestServer(), readFile(join(ROOT, 'docs/guides/workers.md'), 'utf8')]);
});

afterAll(async () => {
  snake?.kill('SIGKILL');
  await server?.close();
});

/** The guide's block of this language, with this test's own address. */
function blockOf(language: string): string {
  const [, text = ''] = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(guide) ?? [];
  return text.replaceAll('http://127.0.0.1:3000', server.url);
}

describe("the guide's commands", () => {
  it('lead by hand from a job to its end, and a second end is refused', async () => {
    const env = { ...process.env, TOKEN: ADMIN_TOKEN };
    const { stdout } = await promisify(execFile)('bash', ['-euc', blockOf('sh')], { cwd: ROOT, env, timeout: 45_000 });

    const answers = stdout.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as { message: string; data: object }); // prettier-ignore
    expect(answers).toMatchObject([
      { message: 'Process definition created successfully' },
      { data: { status: 'running', activeActivities: [{ job: { type: 'charge-card', worker: null } }] } },
      { data: { jobs: [{ jobId: 'pay-1:2', token: 1, retriesLeft: 4, heartbeatTimeoutMs: 60_000 }] } },
      { data: { cancelRequested: false, pauseRequested: false } },
      { message: 'Job completed.', data: { status: 'completed' } },
      { isSuccessful: false, statusCode: '99', data: { code: 'STALE_ATTEMPT' } },
    ]);
  });

  if (PYTHON)
    it('are a worker in another language, in thirty lines', async () => {
      const program = blockOf('python');
      expect(program.trim().split('\n').length).toBeLessThanOrEqual(30);
      const child = spawn('python3', ['-c', program], { env: { ...process.env, TOKEN: ADMIN_TOKEN } });
      snake = child;
      const paid = await server.admin.start('card-payment', { card: '1', amount: 2 });
      const declined = await server.admin.start('card-payment', { card: 'declined', amount: 2 });
      const failed = await server.admin.start('card-payment', { amount: 2 });

      const state = await server.admin.reaches(paid, 'completed');
      expect(field(state, 'state.variables.receipt')).toBe(`R-${paid}`);
      expect(field(await server.admin.reaches(declined, 'waiting'), 'currentTask.taskId')).toBe('Task_CallCustomer');
      while (field(await server.admin.state(failed), 'retrying.errorMessage') !== "'card'")
        await new Promise((resolve) => setTimeout(resolve, 20));
      expect(child.exitCode).toBeNull();
    });
});
