import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { ADMIN_TOKEN, startTestServer, type TestServer } from './support/test-server.js';

jest.setTimeout(60_000);

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

it('the storm of README: one cause, a batch with canaries repairs all, the report adds up, the audit verifies', async () => {
  const storm = fileURLToPath(new URL('../../examples/storm.mjs', import.meta.url));
  const env = { ...process.env, NODE_OPTIONS: '', REPRISE_URL: server.url, REPRISE_TOKEN: ADMIN_TOKEN };

  const { stdout } = await promisify(execFile)(process.execPath, [storm, '--instances', '300'], { env });

  expect(stdout).toContain('One cause for 300 failures:');
  expect(stdout).toContain('300 x Task_CreditCheck HTTP_503');
  expect(stdout).toContain('300 items, 0 of them would be refused');
  expect(stdout).toContain('The batch is completed; its canaries have passed.');
  expect(stdout).toContain('They add up to 300 of 300; the report has 300 lines; 0 failures are left.');
  expect(stdout).toContain('The audit trail is intact');
});
