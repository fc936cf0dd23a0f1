import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { field, type WireAnswer } from './support/api-client.js';
import { DatabaseProxy } from './support/database-proxy.js';
import { httpTask, sequence, userTask } from './support/models.js';
import { ProcessServer } from './support/process-server.js';
import { failing, succeeding, TestService } from './support/test-service.js';

// Processes are started and killed, beside other work on the machine.
jest.setTimeout(60_000);

let database: TestDatabase;
let service: TestService;
let nodes: [ProcessServer, ProcessServer];

beforeAll(async () => {
  [database, service] = await Promise.all([createTestDatabase(), new TestService().start()]);
  nodes = await Promise.all([ProcessServer.start(database.url), ProcessServer.start(database.url)]);
  await nodes[0].admin.deploy(sequence('one', httpTask('Task_1', 'One')));
  await nodes[0].admin.deploy(sequence('to-a-person', httpTask('Task_1', 'One'), userTask('Task_Wait', 'Wait')));
  const [task1, task2] = [httpTask('Task_1', 'One'), httpTask('Task_2', 'Two')];
  await nodes[0].admin.deploy(sequence('two-tasks', task1, task2, userTask('Task_Wait', 'Wait')));
  await nodes[0].admin.deploy(sequence('two-people', userTask('Task_A', 'A'), userTask('Task_B', 'B')));
});

afterAll(async () => {
  await Promise.all((nodes ?? []).map((node) => node.kill()));
  await service?.stop();
  await database?.drop();
});

beforeEach(() => {
  service.calls.length = 0;
  service.answers(succeeding());
});

const cmd = (i: number, name: string, data: object, key: string): Promise<WireAnswer> =>
  nodes[(i % 2) as 0 | 1].admin.cmd(name, data, { 'idempotency-key': key });
const actions = async (guid: string): Promise<unknown[]> => (await nodes[1].admin.trail(guid)).map((entry) => entry['action']);

/** The first server is frozen while it executes what the command began; the other one executes it again, with success. */
async function freezeDuring(
  command: 'RetryFailedTaskCommand' | 'SkipFailedTaskCommand',
  processKey: string,
  key: string,
): Promise<{ guid: string; first: Promise<WireAnswer>; thaw: () => void }> {
  service.answers(failing());
  const guid = await nodes[0].admin.start(processKey, { serviceUrl: service.url });
  service.holds();
  const first = cmd(0, command, { instanceGuid: guid }, key);
  await service.hasCalls(2);
  nodes[0].process.kill('SIGSTOP');
  service.answers(succeeding());
  const thaw = (): void => {
    nodes[0].process.kill('SIGCONT');
    service.release();
  };
  return { guid, first, thaw };
}

async function connect(): Promise<pg.Client> {
  const session = new pg.Client({ connectionString: database.url });
  await session.connect();
  return session;
}

async function becomesTrue(session: pg.Client, question: string): Promise<void> {
  while (!(await session.query<{ yes: boolean }>(question)).rows[0]?.yes) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe('an Idempotency-Key', () => {
  it('of twenty simultaneous retries over two servers stands for one effect and one answer', async () => {
    service.answers(failing());
    const guid = await nodes[0].admin.start('one', { serviceUrl: service.url });
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => cmd(i, 'RetryFailedTaskCommand', { instanceGuid: guid }, 'twenty')),
    );
    expect(new Set(answers.map((answer) => answer.text)).size).toBe(1);
    expect(answers[0]).toMatchObject({
      isSuccessful: false,
      message: 'Task retry failed.',
      data: { error: { attemptNumber: 2 } },
    });
    expect(answers.filter((answer) => answer.headers['idempotent-replayed'] === 'true')).toHaveLength(19);
    expect(service.calls).toHaveLength(2);
  });

  it('makes a signal that is sent again complete one task, not the next one, too', async () => {
    const guid = await nodes[0].admin.start('two-people');
    const first = await cmd(0, 'SignalProcessInstanceCommand', { instanceGuid: guid }, 'signal');
    const again = await cmd(1, 'SignalProcessInstanceCommand', { instanceGuid: guid }, 'signal');
    expect(again.text).toBe(first.text);
    expect(field(await nodes[1].admin.state(guid), 'currentActivityId')).toBe('Task_B');
  });

  it('in the body counts like the header, and with another body is refused by every server', async () => {
    const guid = await nodes[0].admin.start('two-people');
    const data = { instanceGuid: guid, idempotencyKey: 'in-the-body' };
    expect(await nodes[0].admin.cmd('PauseProcessInstanceCommand', data)).toMatchObject({ isSuccessful: true });
    expect((await nodes[1].admin.cmd('PauseProcessInstanceCommand', data)).headers['idempotent-replayed']).toBe('true');
    expect(await nodes[1].admin.cmd('PauseProcessInstanceCommand', { ...data, comment: 'other' })).toMatchObject({
      httpStatus: 409,
      isSuccessful: false,
      statusCode: '409',
      data: null,
    });
  });

  it('of a retry whose server is frozen while another ends the task tells what became of it', async () => {
    const { guid, first, thaw } = await freezeDuring('RetryFailedTaskCommand', 'to-a-person', 'frozen');
    await nodes[1].admin.reaches(guid, 'waiting');
    thaw();

    const answer = await first;

    expect(answer).toMatchObject({
      isSuccessful: true,
      message: 'Task retried successfully. Process waiting at next UserTask.',
      statusCode: '00',
      data: {
        status: 'waiting',
        currentTask: { taskId: 'Task_Wait' },
        retriedTask: { taskId: 'Task_1', previousAttempts: 1 },
        state: { completedTasks: ['StartEvent', 'Task_1'] },
      },
    });
    expect((await cmd(1, 'RetryFailedTaskCommand', { instanceGuid: guid }, 'frozen')).text).toBe(answer.text);
  });

  it('of a skip whose server is frozen while another goes on tells where the process stands', async () => {
    const { guid, first, thaw } = await freezeDuring('SkipFailedTaskCommand', 'two-tasks', 'frozen-skip');
    await nodes[1].admin.reaches(guid, 'waiting');
    thaw();

    expect(await first).toMatchObject({
      isSuccessful: true,
      message: 'Task skipped successfully. Process waiting at next UserTask.',
      data: { status: 'waiting', currentTask: { taskId: 'Task_Wait' }, state: { completedTasks: ['StartEvent', 'Task_2'] } },
    });
  });

  it('of a retry whose server is frozen has one answer, whoever gives it first', async () => {
    const { guid, first, thaw } = await freezeDuring('RetryFailedTaskCommand', 'to-a-person', 'frozen-and-repeated');
    const taken = await nodes[1].admin.reaches(guid, 'waiting');
    const repeated = await cmd(1, 'RetryFailedTaskCommand', { instanceGuid: guid }, 'frozen-and-repeated');
    expect(repeated.data).toMatchObject({ answerLost: true, status: 'waiting', version: taken.data?.['version'] });
    thaw();

    const answer = await first;

    expect(answer.text).toBe(repeated.text);
    expect(answer.headers['idempotent-replayed']).toBe('true');
  });

  it('of a start whose server is killed before it answers stands for one instance', async () => {
    service.holds();
    const start = (i: number): Promise<WireAnswer> =>
      cmd(i, 'StartProcessInstanceCommand', { processKey: 'one', variables: { serviceUrl: service.url } }, 'start');
    const lost = start(0).catch(() => null);
    await service.hasCalls(1);
    const waiting = start(1);
    await nodes[0].kill();
    service.answers(succeeding());
    expect(await lost).toBeNull();

    const answer = await waiting;

    expect(answer).toMatchObject({ httpStatus: 200, isSuccessful: true, statusCode: '00' });
    expect(answer.data).toMatchObject({ answerLost: true, processKey: 'one', state: { variables: { serviceUrl: service.url } } });
    const guid = String(answer.data?.['instanceGuid']);
    await nodes[1].admin.reaches(guid, 'completed');
    expect((await start(1)).text).toBe(answer.text);
    expect((await actions(guid)).filter((action) => action === 'StartProcessInstance')).toHaveLength(1);
    const list = await nodes[1].admin.cmd('GetProcessInstanceListQuery', { processKey: 'one', status: ['completed'] });
    expect(field(list, 'totalRecords')).toBe(1);
  });

  it('whose claim was written though its server never heard so is free again, for all servers', async () => {
    const proxy = await DatabaseProxy.start(database.url);
    const cutOff = await ProcessServer.start(proxy.url);
    // Two: within a transaction the view of what others do stands still.
    const [locker, session] = await Promise.all([connect(), connect()]);
    try {
      const guid = await nodes[1].admin.start('two-people');
      const data = { instanceGuid: guid, comment: 'sent again' };
      const pause = (server: ProcessServer): Promise<WireAnswer> =>
        server.admin.cmd('PauseProcessInstanceCommand', data, { 'idempotency-key': 'unheard' });
      await locker.query('BEGIN; LOCK TABLE idempotency_record IN SHARE MODE');
      const unheard = pause(cutOff);
      await becomesTrue(
        session,
        `SELECT count(*) > 0 AS yes FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'INSERT INTO idem%'`,
      );
      proxy.goAway();
      expect(await unheard).toMatchObject({ httpStatus: 503 });
      proxy.comeBack();
      await locker.query('COMMIT');
      await becomesTrue(session, `SELECT count(*) > 0 AS yes FROM idempotency_record WHERE key = 'unheard' AND body IS NULL`);

      const answer = await pause(nodes[1]);

      expect(answer).toMatchObject({ httpStatus: 200, isSuccessful: true, data: { status: 'paused' } });
      expect((await pause(cutOff)).text).toBe(answer.text);
    } finally {
      await cutOff.kill();
      await Promise.all([locker.end(), session.end()]);
      await proxy.stop();
    }
  });

  it('gives the first answer to those who ask after all servers were restarted', async () => {
    const guid = await nodes[1].admin.start('two-people');
    const cancel = (): Promise<WireAnswer> =>
      cmd(1, 'CancelProcessInstanceCommand', { instanceGuid: guid, reason: 'changed my mind' }, 'cancel');
    const first = await cancel();
    await nodes[1].terminate();
    nodes[1] = await ProcessServer.start(database.url);

    const again = await cancel();

    expect(again.text).toBe(first.text);
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect((await actions(guid)).filter((action) => action === 'CancelProcessInstance')).toHaveLength(1);
  });
});
