import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { handlerTask, sequence } from './support/models.js';
import { ProcessServer } from './support/process-server.js';

// Servers end and are started again, beside other work on the machine.
jest.setTimeout(90_000);

const HANDLERS = fileURLToPath(new URL('./support/handlers.mjs', import.meta.url));
let database: TestDatabase;
let servers: ProcessServer[];

async function startServer(): Promise<ProcessServer> {
  const server = await ProcessServer.start(database.url, { REPRISE_HANDLERS: HANDLERS });
  servers.push(server);
  return server;
}

async function hasEnded(server: ProcessServer): Promise<void> {
  if (server.process.exitCode === null && server.process.signalCode === null) await once(server.process, 'exit');
}

beforeEach(async () => {
  servers = [];
  database = await createTestDatabase();
});

afterEach(async () => {
  await Promise.all(servers.map((server) => server.kill()));
  await database.drop();
});

it('a task that ends its server three times is an incident for a person to decide, and the fourth server lives', async () => {
  const first = await startServer();
  await first.admin.deploy(sequence('poison', handlerTask('Task_Poison', 'endServer')));
  const instanceGuid = 'poisoned';
  await first.admin.cmd('StartProcessInstanceCommand', { processKey: 'poison', instanceGuid, waitMs: 0 }).catch(() => null);
  await hasEnded(first);
  // A server that takes over at its start may end before it says that it is ready.
  for (let i = 0; i < 2; i++) await startServer().then(hasEnded, () => undefined);

  const last = await startServer();
  const state = await last.admin.reaches(instanceGuid, 'error');

  expect(state.data).toMatchObject({ error: { taskId: 'Task_Poison', errorCode: 'ATTEMPTS_LOST', attemptNumber: 3 } });
  const retried = await last.admin.cmd('RetryFailedTaskCommand', { instanceGuid, updatedVariables: { tame: true } });
  expect(retried).toMatchObject({ isSuccessful: true, data: { status: 'completed' } });
});
