import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { field } from './support/api-client.js';
import { ProcessServer } from './support/process-server.js';
import { ADMIN_TOKEN } from './support/test-server.js';
import { activate, activateOne, deployWork, jobIn, say } from './support/worker-calls.js';

// Processes are started and stopped, beside other work on the machine.
jest.setTimeout(90_000);

let database: TestDatabase;
let one: ProcessServer;
let two: ProcessServer;

beforeAll(async () => {
  database = await createTestDatabase();
  [one, two] = await Promise.all([ProcessServer.start(database.url), ProcessServer.start(database.url)]);
});

afterAll(async () => {
  await Promise.all([one, two].map((node) => node?.kill()));
  await database?.drop();
});

describe('two servers on one database', () => {
  it('hand out 500 jobs to four workers, each job once', async () => {
    const type = await deployWork(one.admin);
    const taken: string[] = [];
    const completed: boolean[] = [];
    const worker = async (node: ProcessServer, i: number): Promise<number> => {
      let own = 0;
      while (taken.length < 500) {
        const jobs = await activate(node.admin, type, { worker: `worker-${i}`, maxJobs: 20, waitMs: 500 });
        taken.push(...jobs.map(({ jobId, token }) => `${jobId}/${token}`));
        own += jobs.length;
        const answers = await Promise.all(jobs.map((job) => say(node.admin, 'CompleteJob', job, { variables: { by: i } })));
        completed.push(...answers.map(({ isSuccessful }) => isSuccessful));
      }
      return own;
    };
    const starting = Promise.all(
      [one, two].map(async ({ admin }) => {
        for (let i = 0; i < 25; i++) await Promise.all(Array.from({ length: 10 }, () => admin.start(type, {}, { waitMs: 0 })));
      }),
    );

    const shares = await Promise.all([one, two, one, two].map(worker));
    await starting;

    expect(taken).toHaveLength(500);
    expect(new Set(taken).size).toBe(500);
    expect(taken.every((each) => each.endsWith('/1'))).toBe(true);
    expect(completed.filter((done) => done)).toHaveLength(500);
    expect(shares.every((share) => share > 0)).toBe(true);
    const list = await one.admin.cmd('GetProcessInstanceListQuery', { processKey: type, status: ['waiting'] });
    expect(field(list, 'totalRecords')).toBe(500);
  });

  it('hand a job over within 20 ms to a worker that waits at the other one', async () => {
    const type = await deployWork(one.admin);
    let least = Infinity;
    for (let round = 0; round < 9; round++) {
      const waiting = activateOne(two.admin, type).then((job) => ({ job, at: Date.now() }));
      await new Promise((resolve) => setTimeout(resolve, 50)); // It must have begun to wait; nothing tells of that.
      const guid = await one.admin.start(type, {}, { waitMs: 0 });
      const { job, at } = await waiting;
      const startedAt = Date.parse(String(field(await one.admin.state(guid), 'startedAt')));
      least = Math.min(least, at - startedAt);
      await say(two.admin, 'CompleteJob', job);
    }
    expect(least).toBeLessThan(20);
  });

  it('lock nothing for a client that hung up', async () => {
    const type = await deployWork(one.admin);
    const { hostname, port } = new URL(one.url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    const body = JSON.stringify({ cmd: 'ActivateJobs', data: { types: [type], worker: 'gone', waitMs: 30_000 } });
    socket.write(
      `POST /api/core/cmd HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer ${ADMIN_TOKEN}\r\nX-Tenant-ID: default\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
    await new Promise((resolve) => setTimeout(resolve, 300)); // Until it waits; nothing tells of that.
    socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 100)); // Until the server has heard of it.

    const guid = await one.admin.start(type);

    expect(jobIn(await one.admin.state(guid))).toMatchObject({ worker: null });
    expect(await activateOne(two.admin, type)).toMatchObject({ instanceGuid: guid, token: 1 });
  });

  it('answer a retry whose job was completed through the other one', async () => {
    const type = await deployWork(one.admin);
    const guid = await one.admin.start(type);
    await say(one.admin, 'FailJob', await activateOne(one.admin, type));
    const retried = one.admin.cmd('RetryFailedTaskCommand', { instanceGuid: guid });
    await say(two.admin, 'CompleteJob', await activateOne(two.admin, type));
    const completedAt = Date.now();
    expect(await retried).toMatchObject({ isSuccessful: true, data: { status: 'waiting' } });
    expect(Date.now() - completedAt).toBeLessThan(10_000);
  });

  it('and one that is stopped lets those who wait go at once, without a job', async () => {
    const type = await deployWork(one.admin);
    const stopping = await ProcessServer.start(database.url);
    const waiting = stopping.admin
      .cmd('ActivateJobs', { types: [type], worker: 'w', waitMs: 60_000 })
      .then((answer) => ({ answer, at: Date.now() }));
    await new Promise((resolve) => setTimeout(resolve, 300)); // Until it waits; nothing tells of that.
    const stoppedAt = Date.now();

    expect(await stopping.terminate()).toBe(0);

    const { answer, at } = await waiting;
    expect(answer).toMatchObject({ httpStatus: 200, isSuccessful: true, data: { jobs: [] } });
    expect(at - stoppedAt).toBeLessThan(5_000);
    const guid = await one.admin.start(type);
    expect(await activateOne(two.admin, type)).toMatchObject({ instanceGuid: guid, token: 1 });
  });
});
