import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { httpTask, sequence } from './support/models.js';
import { ProcessServer } from './support/process-server.js';
import { succeeding, TestService } from './support/test-service.js';

// Processes are started and stopped, beside other work on the machine.
jest.setTimeout(60_000);

let database: TestDatabase;
let service: TestService;
let servers: ProcessServer[];

const PAYING = sequence('paying', httpTask('Task_Work', 'Work'), httpTask('Task_Pay', 'Pay')).replace(
  '<bpmn:serviceTask id="Task_Pay"',
  '<bpmn:serviceTask reprise:delivery="at-most-once" id="Task_Pay"',
);

async function startServer(env: Readonly<Record<string, string>> = {}): Promise<ProcessServer> {
  const server = await ProcessServer.start(database.url, env);
  servers.push(server);
  return server;
}

const callsOf = (path: string): number => service.calls.filter((call) => call.path === path).length;

beforeAll(async () => {
  service = await new TestService().start();
});

afterAll(() => service.stop());

beforeEach(async () => {
  servers = [];
  database = await createTestDatabase();
  service.calls.length = 0;
});

afterEach(async () => {
  await Promise.all(servers.map((server) => server.kill()));
  await database.drop();
});

/** A server that has been told to stop while it executes the first task. */
async function drainDuringWork(): Promise<{ guid: string; exit: Promise<number | null> }> {
  const server = await startServer();
  await server.admin.deploy(PAYING);
  service.holds();
  const guid = await server.admin.start('paying', { serviceUrl: service.url }, { waitMs: 0 });
  await service.hasCalls(1);
  const exit = server.terminate();
  await server.linesWith('Draining: 1 running attempt', 1);
  return { guid, exit };
}

describe('a server that is stopped', () => {
  it('gives back a task that may run once and that it has not begun: the next start runs it, once', async () => {
    const { guid, exit } = await drainDuringWork();
    service.release();
    expect(await exit).toBe(0);
    expect([callsOf('/Task_Work'), callsOf('/Task_Pay')]).toEqual([1, 0]);
    service.answers(succeeding());

    const next = await startServer();
    await next.admin.reaches(guid, 'completed');

    expect([callsOf('/Task_Work'), callsOf('/Task_Pay')]).toEqual([1, 1]);
    expect((await next.admin.trail(guid)).map((entry) => entry['action'])).toEqual(['StartProcessInstance']);
  });

  it('beside another one: the other one runs it at once', async () => {
    const other = await startServer();
    const { guid, exit } = await drainDuringWork();
    service.answers(succeeding());
    service.release();
    expect(await exit).toBe(0);

    const state = await other.admin.reaches(guid, 'completed');

    expect([callsOf('/Task_Work'), callsOf('/Task_Pay')]).toEqual([1, 1]);
    expect(state.data).toMatchObject({ errors: [] });
  });

  it('four times in a row during a task that takes longer than the drain: it is run again, and no failure', async () => {
    let guid = '';
    service.answers(() => undefined);
    for (let i = 0; i < 4; i++) {
      const server = await startServer({ REPRISE_DRAIN_MS: '50' });
      if (i === 0) {
        await server.admin.deploy(sequence('long', httpTask('Task_Long', 'Long')));
        guid = await server.admin.start('long', { serviceUrl: service.url }, { waitMs: 0 });
      }
      await service.hasCalls(i + 1);
      expect(await server.terminate()).toBe(0);
    }
    service.answers(succeeding());

    const last = await startServer();
    await last.admin.reaches(guid, 'completed');

    expect(callsOf('/Task_Long')).toBe(5);
    expect((await last.admin.trail(guid)).map((entry) => entry['action'])).not.toContain('TaskFailed');
  });
});
