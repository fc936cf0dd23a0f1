import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { httpTask, sequence } from './support/models.js';
import { policy, withExtensions } from './support/recovering.js';
import { failing, TestService } from './support/test-service.js';
import { ADMIN_TOKEN, startTestServer, type TestServer } from './support/test-server.js';

let server: TestServer;
let service: TestService;

beforeAll(async () => {
  [server, service] = await Promise.all([startTestServer(), new TestService().start()]);
  service.answers(failing());
});

afterAll(async () => {
  await Promise.all([server?.close(), service?.stop()]);
});

async function blockOf(language: string): Promise<string> {
  const guide = await readFile('docs/guides/recovery.md', 'utf8');
  return new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(guide)?.[1] ?? '';
}

it("the guide's commands find, move and end what waits, and its state is as the guide shows it", async () => {
  const task = withExtensions(httpTask('Task_CreditCheck', 'Perform credit check'), policy('attempts="5" delays="PT1H"'));
  await server.admin.deploy(sequence('loan', task));
  const begunAt = Date.now();
  await server.admin.start('loan', { serviceUrl: service.url }, { instanceGuid: 'loan-app-2024-001' });
  const commands = (await blockOf('sh')).replaceAll('http://127.0.0.1:3000', server.url);
  const shown = JSON.parse(await blockOf('json')) as { retrying: { nextAttemptAt: string } };

  const env = { ...process.env, TOKEN: ADMIN_TOKEN };
  const { stdout } = await promisify(execFile)('bash', ['-euc', commands], { env, timeout: 30_000 });

  const answers = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { message: string; data: object });
  expect(answers).toMatchObject([
    { data: { items: [{ instanceGuid: 'loan-app-2024-001' }] } },
    { data: { ...shown, retrying: { ...shown.retrying, nextAttemptAt: expect.any(String) } } },
    { message: 'Retry policy of the task updated successfully.' },
    { message: 'The next attempt was moved.' },
    { message: 'The next attempt was made now.', data: { retrying: { attemptNumber: 2, reason: 'attempt 2 of 13 failed' } } },
    { message: 'Automatic attempts given up: the task needs a decision.', data: { status: 'error' } },
  ]);
  const waits = answers.slice(1, 5).map(({ data }) => Date.parse((data as typeof shown).retrying.nextAttemptAt) - begunAt);
  expect(waits.map((ms) => Math.round(ms / 600_000) * 10)).toEqual([60, 10, 120, 10]);
  expect(service.calls).toHaveLength(2);
});
