import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startCreditBureau } from '../../examples/credit-bureau.mjs';
import { ADMIN_TOKEN, startTestServer, type TestServer } from './support/test-server.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

let server: TestServer;
let bureau: Awaited<ReturnType<typeof startCreditBureau>>;
let directory: string;

beforeAll(async () => {
  [server, bureau, directory] = await Promise.all([
    startTestServer(),
    startCreditBureau(),
    mkdtemp(join(tmpdir(), 'reprise-readme-')),
  ]);
  await writeFile(join(directory, 'admin-token'), ADMIN_TOKEN);
});

afterAll(async () => {
  await Promise.all([server?.close(), bureau?.close(), rm(directory, { recursive: true, force: true })]);
});

/** The shell commands of README that use the server, with this test's own addresses. */
async function commands(): Promise<string> {
  const readme = await readFile(join(ROOT, 'README.md'), 'utf8');
  const block = [...readme.matchAll(/```sh\n([\s\S]*?)```/g)]
    .map((match) => match[1] ?? '')
    .find((text) => text.includes('RetryFailedTaskCommand'));
  return (block ?? '')
    .replaceAll('http://127.0.0.1:3000', server.url)
    .replaceAll('http://127.0.0.1:4010', bureau.url)
    .replaceAll('.reprise/admin-token', join(directory, 'admin-token'));
}

describe('README', () => {
  it("leads by its own commands from a failure to an approved loan, with the original page's answers", async () => {
    const { stdout } = await promisify(execFile)('bash', ['-euc', await commands()], { cwd: ROOT, timeout: 30_000 });

    const answers = stdout
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .flatMap((line) => line.replaceAll('}{', '}\n{').split('\n'))
      .map((line) => JSON.parse(line) as { message?: string; data?: object; up?: boolean });
    expect(answers.map((answer) => answer.message ?? answer)).toEqual([
      'Process definition created successfully',
      'Process instance started successfully.',
      'Task retry failed.',
      { up: true },
      'Task retried successfully. Process waiting at next UserTask.',
      'Process signaled successfully.',
      expect.any(String),
    ]);
    expect(answers[1]?.data).toMatchObject({
      status: 'error',
      error: { errorMessage: 'Credit bureau API still unavailable - 503 Service Unavailable' },
    });
    expect(answers[5]?.data).toMatchObject({
      status: 'completed',
      state: { variables: { loanStatus: 'approved', creditScore: 720 } },
    });
  });
});
