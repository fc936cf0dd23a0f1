import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { field, type WireAnswer } from './support/api-client.js';
import { fork, httpTask, sequence, userTask } from './support/models.js';
import { ProcessServer } from './support/process-server.js';
import { failing, succeeding, TestService } from './support/test-service.js';

// Processes are started and frozen, beside other work on the machine.
jest.setTimeout(60_000);

let database: TestDatabase;
let service: TestService;
let nodes: readonly [ProcessServer, ProcessServer];

beforeAll(async () => {
  [database, service] = await Promise.all([createTestDatabase(), new TestService().start()]);
  nodes = await Promise.all([ProcessServer.start(database.url), ProcessServer.start(database.url)]);
  const [{ admin }] = nodes;
  await admin.deploy(sequence('one', httpTask('Task_1', 'One')));
  await admin.deploy(sequence('many', ...Array.from({ length: 10 }, (_, i) => userTask(`Task_${i}`, `Task ${i}`, 'done'))));
  await admin.deploy(sequence('to-a-person', httpTask('Task_1', 'One'), userTask('Task_Wait', 'Wait')));
  await admin.deploy(fork('branches', httpTask('Task_A', 'A'), httpTask('Task_B', 'B')));
});

afterAll(async () => {
  await Promise.all((nodes ?? []).map((node) => node.kill()));
  await service?.stop();
  await database?.drop();
});

beforeEach(() => {
  service.answers(failing());
  service.calls.length = 0;
});

afterEach(() => service.release());

const node = (i: number): ProcessServer => nodes[(i % 2) as 0 | 1];
const start = (processKey: string, i = 0): Promise<string> => node(i).admin.start(processKey, { serviceUrl: service.url });
const cmd = (i: number, name: string, instanceGuid: string, more: object = {}): Promise<WireAnswer> =>
  node(i).admin.cmd(name, { instanceGuid, ...more });
const won = (answers: readonly WireAnswer[]): WireAnswer[] => answers.filter((answer) => answer.isSuccessful);

describe('two servers on one database', () => {
  it("see each other's commands at once", async () => {
    const guid = await start('many');
    for (let i = 0; i < 10; i++) {
      const signaled = await cmd(i + 1, 'SignalProcessInstanceCommand', guid, { taskId: `Task_${i}`, callbackData: { last: i } });
      expect(signaled).toMatchObject({ isSuccessful: true, data: { state: { variables: { last: i } } } });
      expect(field(await cmd(i, 'GetProcessInstanceStateCommand', guid), 'state.variables.last')).toBe(i);
      // The other one's memory is older by a command: what it refuses must be refused by what is stored.
      expect(await cmd(i, 'SignalProcessInstanceCommand', guid, { taskId: `Task_${i}` })).toMatchObject({ isSuccessful: false });
    }
    expect(field(await cmd(0, 'GetProcessInstanceStateCommand', guid), 'status')).toBe('completed');
  });

  it('execute a task once for twenty simultaneous retries through both', async () => {
    const guid = await start('one');
    service.holds();
    const refused: WireAnswer[] = [];
    const answers = await Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        const answer = await cmd(i, 'RetryFailedTaskCommand', guid);
        if (!answer.isSuccessful && refused.push(answer) === 19) service.release();
        return answer;
      }),
    );
    expect(won(answers)).toMatchObject([{ data: { status: 'completed', retriedTask: { previousAttempts: 1 } } }]);
    for (const answer of refused) expect(answer).toMatchObject({ statusCode: '99', data: { currentStatus: 'running' } });
    expect(service.calls).toHaveLength(2);
  });

  it('let exactly one of retry, skip and cancel win, and tell the others the truth', async () => {
    service.answers((call, response) => (service.calls.length > 12 ? succeeding() : failing())(call, response));
    const guids = await Promise.all(Array.from({ length: 12 }, (_, i) => start('to-a-person', i)));
    for (const [n, guid] of guids.entries()) {
      const names = ['RetryFailedTaskCommand', 'SkipFailedTaskCommand', 'CancelProcessInstanceCommand'];
      const answers = await Promise.all(names.map((name, i) => cmd(i + n, name, guid)));
      const [retried, skipped, cancelled] = answers as [WireAnswer, WireAnswer, WireAnswer];
      // Cancel is allowed in every state that the other two lead to; of retry and skip only one can win.
      expect(won([retried, skipped]).length).toBeLessThanOrEqual(1);
      expect(cancelled).toMatchObject({ isSuccessful: true, data: { status: 'cancelled' } });
      for (const answer of answers.filter((each) => !each.isSuccessful))
        expect(String(field(answer, 'currentStatus'))).toMatch(/^(running|waiting|cancelled)$/);
      expect(field(await cmd(n, 'GetProcessInstanceStateCommand', guid), 'status')).toBe('cancelled');
      const trail = await node(n).admin.trail(guid);
      const done = trail.filter((entry) => entry['outcome'] === 'succeeded').map((entry) => entry['action']);
      expect(done.includes('RetryFailedTask') && done.includes('SkipFailedTask')).toBe(false);
      expect(done.filter((action) => action === 'CancelProcessInstance')).toHaveLength(1);
    }
  });

  it('tell a running attempt to stop when its instance was cancelled through the other one', async () => {
    service.holds();
    const before = service.abandoned;
    const guid = await node(0)
      .admin.cmd('StartProcessInstance', { processKey: 'one', variables: { serviceUrl: service.url }, waitMs: 0 })
      .then((answer) => String(field(answer, 'instanceGuid')));
    await service.hasCalls(1);
    expect(await cmd(1, 'CancelProcessInstanceCommand', guid)).toMatchObject({ isSuccessful: true });

    await service.hasAbandoned(before + 1);

    expect(field(await cmd(0, 'GetProcessInstanceStateCommand', guid), 'status')).toBe('cancelled');
  });

  it('answer a retry at once when the instance was cancelled through the other one', async () => {
    const guid = await start('one');
    service.holds();
    const retried = cmd(0, 'RetryFailedTaskCommand', guid);
    await service.hasCalls(2);
    await cmd(1, 'CancelProcessInstanceCommand', guid);
    const releasedAt = Date.now();
    service.release();

    const answer = await retried;

    expect(Date.now() - releasedAt).toBeLessThan(2_000);
    expect(answer).toMatchObject({ isSuccessful: false, statusCode: '99', data: { currentStatus: 'cancelled' } });
    expect(field(await cmd(0, 'GetProcessInstanceStateCommand', guid), 'status')).toBe('cancelled');
  });

  it('share the branches of an instance: each runs those that it began', async () => {
    const took: number[] = [];
    for (let round = 0; round < 3; round++) {
      service.answers(failing());
      service.calls.length = 0;
      const guid = await start('branches');
      service.holds();
      const retries = [
        cmd(0, 'RetryFailedTaskCommand', guid, { taskId: 'Task_A' }),
        cmd(1, 'RetryFailedTaskCommand', guid, { taskId: 'Task_B' }),
      ];
      await service.hasCalls(4);
      service.release();
      const releasedAt = Date.now();
      expect(won(await Promise.all(retries))).toHaveLength(2);
      took.push(Date.now() - releasedAt);
      expect((await node(0).admin.reaches(guid, 'completed')).data).toMatchObject({ errors: [] });
      expect(service.calls).toHaveLength(4);
    }
    // Neither waits for the other's branch, of whose end it does not hear: that would take a second each time.
    expect(Math.min(...took)).toBeLessThan(900);
  });

  it('start one instance for one guid from twenty clients at once', async () => {
    service.answers(succeeding());
    const variables = { serviceUrl: service.url };
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        node(i).admin.cmd('StartProcessInstanceCommand', { processKey: 'one', instanceGuid: 'mine', variables }),
      ),
    );
    for (const answer of answers)
      expect(answer).toMatchObject({ isSuccessful: true, statusCode: '00', data: { instanceGuid: 'mine' } });
    expect(answers.filter((answer) => answer.data?.['alreadyStarted'] !== true)).toHaveLength(1);
    expect(service.calls).toHaveLength(1);
    await node(0).admin.reaches('mine', 'completed');
  });

  it('go on without one that is frozen; awake again, its late result changes nothing and it serves on', async () => {
    const [frozen, other] = nodes;
    service.answers((call, response) => {
      if (service.calls.length > 1) succeeding({ from: 'the second attempt' })(call, response);
    });
    const guid = await frozen.admin.start('to-a-person', { serviceUrl: service.url }, { waitMs: 0 });
    await service.hasCalls(1);
    frozen.process.kill('SIGSTOP');
    const taken = await other.admin.reaches(guid, 'waiting');
    expect(field(taken, 'state.variables.Task_1_result')).toEqual({ from: 'the second attempt' });
    expect(service.calls).toHaveLength(2);
    const trail = await other.admin.trail(guid);
    expect(trail).toContainEqual(expect.objectContaining({ action: 'AttemptTakenOver' }));

    service.answers(succeeding({ from: 'late' }));
    frozen.process.kill('SIGCONT');
    const again = await frozen.admin.start('to-a-person', { serviceUrl: service.url });

    expect(field(await frozen.admin.state(again), 'status')).toBe('waiting');
    expect(field(await frozen.admin.state(guid), 'state.variables.Task_1_result')).toEqual({ from: 'the second attempt' });
    expect((await frozen.admin.state(guid)).data?.['version']).toBe(taken.data?.['version']);
    // Its new number is alive: what it begins from now on is not taken over.
    service.holds();
    const calls = service.calls.length;
    const running = await frozen.admin.start('one', { serviceUrl: service.url }, { waitMs: 0 });
    await service.hasCalls(calls + 1);
    await new Promise((resolve) => setTimeout(resolve, 7_000)); // longer than a lease
    expect(service.calls).toHaveLength(calls + 1);
    service.release();
    await other.admin.reaches(running, 'completed');
  });
});
