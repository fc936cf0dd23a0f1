import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { field } from './support/api-client.js';
import { startTestServer, type TestServer } from './support/test-server.js';
import { actionsOf, activateOne, deployWork, say } from './support/worker-calls.js';
import { WorkerProcess } from './support/worker-process.js';

// Processes are started, killed and frozen, beside other work on the machine.
jest.setTimeout(60_000);

let server: TestServer;
const workers: WorkerProcess[] = [];

beforeAll(async () => {
  server = await startTestServer();
});

afterEach(() => Promise.all(workers.splice(0).map((worker) => worker.kill())));

afterAll(() => server?.close());

function startWorker(type: string, name: string, how: Parameters<typeof WorkerProcess.start>[3] = {}): WorkerProcess {
  const worker = WorkerProcess.start(server.url, type, name, how);
  workers.push(worker);
  return worker;
}

const doneBy = async (guid: string): Promise<unknown> => field(await server.admin.reaches(guid, 'waiting'), 'state.variables.by');

describe('a worker process', () => {
  it('that is killed loses its job to another when its lock has run out', async () => {
    const type = await deployWork(server.admin);
    const guid = await server.admin.start(type);
    const killed = startWorker(type, 'killed', { lockDurationMs: 1_500, workMs: 60_000 });
    await killed.says('activated');
    await killed.kill();
    const heir = startWorker(type, 'heir');

    expect(await heir.says('completed')).toMatchObject({ token: 2, instanceGuid: guid });

    expect(await doneBy(guid)).toBe('heir');
    expect(await actionsOf(server.admin, guid)).toContain('AttemptTakenOver succeeded');
  });

  it('that is frozen beyond its lock gives up when it wakes: it hands nothing in', async () => {
    const type = await deployWork(server.admin);
    const guid = await server.admin.start(type);
    const frozen = startWorker(type, 'frozen', { lockDurationMs: 1_500, workMs: 1_000 });
    await frozen.says('activated');
    frozen.process.kill('SIGSTOP');
    const heir = startWorker(type, 'heir');
    await heir.says('completed');
    await heir.terminate();

    frozen.process.kill('SIGCONT');
    expect(await frozen.says('aborted')).toMatchObject({ token: 1, instanceGuid: guid });

    expect(await doneBy(guid)).toBe('heir');
    const own = (await server.admin.trail(guid)).filter(({ action }) => action === 'CompleteJob');
    expect(own).toHaveLength(1);
    // Awake, it works on.
    const next = await server.admin.start(type);
    expect(await doneBy(next)).toBe('frozen');
  });

  it.each([86_400_000, -86_400_000])(
    'whose clock is %d ms off does its jobs and keeps its locks all the same',
    async (clockOffMs) => {
      const type = await deployWork(server.admin);
      const guid = await server.admin.start(type);
      const worker = startWorker(type, 'odd', { clockOffMs, lockDurationMs: 1_500, workMs: 3_000 });

      expect(await worker.says('completed')).toMatchObject({ token: 1 });

      expect(await doneBy(guid)).toBe('odd');
      expect(await actionsOf(server.admin, guid)).toEqual(['StartProcessInstance succeeded', 'CompleteJob succeeded']);
    },
  );

  it('that is told to end finishes what it has begun', async () => {
    const type = await deployWork(server.admin);
    const guid = await server.admin.start(type);
    const worker = startWorker(type, 'tidy', { workMs: 500 });
    await worker.says('activated');

    expect(await worker.terminate()).toBe(0);

    expect(await doneBy(guid)).toBe('tidy');
    const next = await server.admin.start(type);
    expect(await say(server.admin, 'CompleteJob', await activateOne(server.admin, type))).toMatchObject({ isSuccessful: true });
    expect(field(await server.admin.state(next), 'status')).toBe('waiting');
  });
});
