import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { field } from './support/api-client.js';
import { ProcessServer } from './support/process-server.js';
import { deployWork } from './support/worker-calls.js';
import { WorkerProcess } from './support/worker-process.js';

jest.setTimeout(120_000);

let dataDir: string;
let server: ProcessServer;
let workers: WorkerProcess[] = [];

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'reprise-workers-'));
  server = await ProcessServer.start('', { REPRISE_DATA_DIR: dataDir });
});

afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.kill()));
  await server?.terminate();
  await rm(dataDir, { recursive: true, force: true });
});

it('workers that wait go on waiting while the embedded database restarts, and do what comes then', async () => {
  const type = await deployWork(server.admin);
  workers = ['one', 'two'].map((name) => WorkerProcess.start(server.url, type, name, { lockDurationMs: 5_000 }));
  const before = await server.admin.start(type);
  await server.admin.reaches(before, 'waiting');
  const polled = server.admin.cmd('ActivateJobs', { types: [`${type}-none`], waitMs: 20_000 });

  const pid = Number((await readFile(join(dataDir, 'postgres', 'data', 'postmaster.pid'), 'utf8')).split('\n')[0]);
  process.kill(pid, 'SIGQUIT');
  while ((await fetch(`${server.url}/health/ready`)).ok) await new Promise((resolve) => setTimeout(resolve, 5));
  while (!(await fetch(`${server.url}/health/ready`)).ok) await new Promise((resolve) => setTimeout(resolve, 20));

  const guids = await Promise.all(Array.from({ length: 20 }, () => server.admin.start(type)));
  for (const guid of guids) {
    const state = await server.admin.reaches(guid, 'waiting');
    expect(['one', 'two']).toContain(field(state, 'state.variables.by'));
  }
  // A poll that waited all the while has heard of nothing, and is no failure.
  expect(await polled).toMatchObject({ httpStatus: 200, isSuccessful: true, data: { jobs: [] } });
});
