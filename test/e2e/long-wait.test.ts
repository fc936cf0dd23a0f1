import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { handlerTask, sequence } from './support/models.js';
import { startTestServer, type TestServer } from './support/test-server.js';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});

afterAll(async () => {
  await server?.close();
});

describe('a command that waits for its task', () => {
  it('is answered after more than half a minute, when nothing has gone over the connection', async () => {
    await server.admin.deploy(sequence('long', handlerTask('Task_Long', 'reprise:wait')));
    const before = Date.now();

    const answer = await server.admin.cmd('StartProcessInstance', {
      processKey: 'long',
      variables: { delayMs: 31_500 },
      waitMs: 60_000,
    });

    expect(Date.now() - before).toBeGreaterThan(31_000);
    expect(answer).toMatchObject({ httpStatus: 200, isSuccessful: true, data: { status: 'completed' } });
  }, 60_000);
});
