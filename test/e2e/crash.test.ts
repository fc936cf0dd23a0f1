import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { field } from './support/api-client.js';
import { httpTask, receiveTask, sequence, userTask } from './support/models.js';
import { ProcessServer } from './support/process-server.js';
import { failing, succeeding, TestService } from './support/test-service.js';

// Processes are started and killed, beside other work on the machine.
jest.setTimeout(60_000);

let database: TestDatabase;
let service: TestService;
let servers: ProcessServer[];

const THREE = sequence('three', httpTask('Task_1', 'One'), httpTask('Task_2', 'Two'), httpTask('Task_3', 'Three'));
const AT_MOST_ONCE = sequence('once', httpTask('Task_Pay', 'Pay')).replace(
  '<bpmn:serviceTask ',
  '<bpmn:serviceTask reprise:delivery="at-most-once" ',
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

afterAll(async () => {
  await service.stop();
});

beforeEach(async () => {
  servers = [];
  database = await createTestDatabase();
  service.calls.length = 0;
  service.answers(succeeding());
});

afterEach(async () => {
  await Promise.all(servers.map((server) => server.kill()));
  await database.drop();
});

describe('a server that is killed', () => {
  it.each([1, 2, 3])('in the middle of task %i: it is run again by the next one, those before it are not', async (number) => {
    const first = await startServer();
    await first.admin.deploy(THREE);
    const broken = `/Task_${number}`;
    service.answers((call, response) => {
      if (call.path === broken) return; // never answered
      succeeding()(call, response);
    });
    const guid = await first.admin.start('three', { serviceUrl: service.url }, { waitMs: 0 });
    await service.hasCalls(number);
    await first.kill();
    service.answers(succeeding());

    const second = await startServer();
    const state = await second.admin.reaches(guid, 'completed');

    expect(field(state, 'state.completedTasks')).toEqual(['StartEvent', 'Task_1', 'Task_2', 'Task_3', 'EndEvent']);
    for (const task of ['/Task_1', '/Task_2', '/Task_3']) expect([task, callsOf(task)]).toEqual([task, task === broken ? 2 : 1]);
    const keys = service.calls.filter((call) => call.path === broken).map((call) => call.headers['idempotency-key']);
    expect(new Set(keys).size).toBe(1);
    expect((await second.admin.trail(guid)).map((entry) => entry['action'])).toContain('AttemptTakenOver');
  });

  it('in the middle of a task that may run once: it stands in error with an unknown outcome, and is not run again', async () => {
    const first = await startServer();
    await first.admin.deploy(AT_MOST_ONCE);
    service.answers(() => undefined);
    const guid = await first.admin.start('once', { serviceUrl: service.url }, { waitMs: 0 });
    await service.hasCalls(1);
    await first.kill();
    service.answers(succeeding());

    const second = await startServer();
    const state = await second.admin.reaches(guid, 'error');

    expect(state.data).toMatchObject({ error: { taskId: 'Task_Pay', errorCode: 'OUTCOME_UNKNOWN', outcome: 'unknown' } });
    expect(callsOf('/Task_Pay')).toBe(1);
    const retried = await second.admin.cmd('RetryFailedTaskCommand', {
      instanceGuid: guid,
      comment: 'The bank says it was not paid',
    });
    expect(retried).toMatchObject({ isSuccessful: true, data: { status: 'completed' } });
  });

  it('beside a living one: the living one takes over within seconds', async () => {
    const [first, second] = [await startServer(), await startServer()];
    await first.admin.deploy(THREE);
    service.answers((call, response) => {
      if (call.path === '/Task_2' && callsOf('/Task_2') === 1) return;
      succeeding()(call, response);
    });
    const guid = await first.admin.start('three', { serviceUrl: service.url }, { waitMs: 0 });
    await service.hasCalls(2);
    const killedAt = Date.now();
    await first.kill();

    await second.admin.reaches(guid, 'completed');

    expect(Date.now() - killedAt).toBeLessThan(9_000);
    expect([callsOf('/Task_1'), callsOf('/Task_2'), callsOf('/Task_3')]).toEqual([1, 2, 1]);
  });

  it('at any moment under load: every acknowledged instance is there, goes on by itself, and runs no completed task again', async () => {
    const first = await startServer();
    await first.admin.deploy(
      sequence('load', httpTask('Task_1', 'One'), httpTask('Task_2', 'Two'), userTask('Task_Wait', 'Wait')),
    );
    const acknowledged: string[] = [];
    const load = Array.from({ length: 8 }, async (_, client) => {
      for (let i = 0; ; i++) {
        const guid = `load-${client}-${i}`;
        const answer = await first.admin.cmd('StartProcessInstanceCommand', {
          processKey: 'load',
          instanceGuid: guid,
          variables: { serviceUrl: service.url },
          waitMs: 0,
        });
        if (answer.isSuccessful) acknowledged.push(guid);
      }
    });
    const ended = Promise.allSettled(load);
    await service.hasCalls(150);
    await first.kill();
    await ended;
    expect(acknowledged.length).toBeGreaterThan(20);

    const second = await startServer();
    for (const guid of acknowledged) {
      const state = await second.admin.reaches(guid, 'waiting');
      expect(field(state, 'state.completedTasks')).toEqual(['StartEvent', 'Task_1', 'Task_2']);
    }
    // A key's calls: one for each attempt. More than one only where the server died while it was executing it.
    const repeated = new Map<string, number>();
    for (const { headers } of service.calls) {
      const key = String(headers['idempotency-key']);
      repeated.set(key, (repeated.get(key) ?? 0) + 1);
    }
    for (const [key, calls] of repeated) {
      if (calls === 1) continue;
      const trail = await second.admin.trail(key.split(':')[0] ?? '');
      expect(trail.filter((entry) => entry['action'] === 'AttemptTakenOver').length).toBeGreaterThanOrEqual(calls - 1);
    }
    const verification = await second.admin.cmd('VerifyAuditTrailQuery');
    expect(verification.data).toMatchObject({ valid: true, firstInvalid: null });
  });

  it('while a retry is under way: the retry goes on, and its idempotency key still stands for one effect', async () => {
    const first = await startServer();
    await first.admin.deploy(sequence('retried', httpTask('Task_1', 'One')));
    service.answers(failing());
    const guid = await first.admin.start('retried', { serviceUrl: service.url });
    service.answers(() => undefined);
    const lost = first.admin
      .cmd('RetryFailedTaskCommand', { instanceGuid: guid }, { 'idempotency-key': 'retry-1' })
      .catch(() => null);
    await service.hasCalls(2);
    await first.kill();
    expect(await lost).toBeNull();
    service.answers(succeeding());

    const second = await startServer();
    const again = await second.admin.cmd('RetryFailedTaskCommand', { instanceGuid: guid }, { 'idempotency-key': 'retry-1' });

    expect(again).toMatchObject({ httpStatus: 200, isSuccessful: true, statusCode: '00' });
    await second.admin.reaches(guid, 'completed');
    const trail = await second.admin.trail(guid);
    expect(trail.filter((entry) => entry['action'] === 'RetryFailedTask')).toHaveLength(1);
  });

  it('between a publication and its delivery: the next one delivers it, once', async () => {
    const first = await startServer();
    await first.admin.deploy(sequence('receiving', receiveTask('Task_Paid', 'Paid', '${order}')));
    const guids = [await first.admin.start('receiving', { order: '1' }), await first.admin.start('receiving', { order: '1' })];
    await first.kill();
    // What a server has committed by then; nobody can say when exactly it ends.
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query(`INSERT INTO message_buffer (id, tenant_id, name, correlation_key, variables, expires_at)
      VALUES (4000000000000, 'default', 'Paid', '1', '{"amount":5}', now() + interval '1 h')`);
    await client.end();

    const second = await startServer();
    await second.admin.reaches(guids[0] ?? '', 'completed');

    expect((await second.admin.state(guids[1] ?? '')).data).toMatchObject({ status: 'waiting' });
    await second.admin.cmd('PublishMessageCommand', { name: 'Paid', correlationKey: '1' });
    await second.admin.reaches(guids[1] ?? '', 'completed');
  });

  it('by SIGTERM: running attempts get their time, nothing new begins, and the exit code is 0', async () => {
    const server = await startServer({ REPRISE_DRAIN_MS: '5000' });
    await server.admin.deploy(THREE);
    service.holds();
    const guid = await server.admin.start('three', { serviceUrl: service.url }, { waitMs: 0 });
    await service.hasCalls(1);
    const exit = server.terminate();
    await new Promise((resolve) => setTimeout(resolve, 200));
    service.release();

    expect(await exit).toBe(0);
    expect([callsOf('/Task_1'), callsOf('/Task_2')]).toEqual([1, 0]);
    service.answers(succeeding());
    const next = await startServer();
    await next.admin.reaches(guid, 'completed');
    expect(callsOf('/Task_1')).toBe(1);
  });
});
