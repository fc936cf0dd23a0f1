import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { field, type ApiClient, type Data, type WireAnswer } from './support/api-client.js';
import { fork, httpTask, sequence, userTask, type Element } from './support/models.js';
import { failing, succeeding, TestService } from './support/test-service.js';
import { startTestServer, type TestServer } from './support/test-server.js';

jest.setTimeout(30_000);

let server: TestServer;
let service: TestService;
let admin: ApiClient;

const retried = (id: string): Element => {
  const task = httpTask(id, id);
  const policy = '<reprise:retryPolicy attempts="3" delays="PT1H" />';
  return { ...task, xml: task.xml.replace('</bpmn:extensionElements>', `${policy}$&`) };
};

beforeAll(async () => {
  [server, service] = await Promise.all([startTestServer({ REPRISE_TEST_CLOCK: 'true' }), new TestService().start()]);
  admin = server.admin;
  await admin.deploy(sequence('one', retried('Task_1')));
  await admin.deploy(fork('two', retried('Task_A'), retried('Task_B')));
  await admin.deploy(sequence('person', userTask('Task_Wait', 'Wait')));
  await admin.deploy(sequence('once', httpTask('Task_1', 'One')));
});

afterAll(async () => {
  await Promise.all([server?.close(), service?.stop()]);
});

beforeEach(() => {
  service.answers(failing());
  service.calls.length = 0;
});

const start = (processKey = 'one'): Promise<string> => admin.start(processKey, { serviceUrl: service.url });
const cmd = (name: string, instanceGuid: string, more: object = {}): Promise<WireAnswer> =>
  admin.cmd(name, { instanceGuid, ...more });
const serverNow = async (): Promise<number> =>
  Date.parse(String(field(await admin.cmd('AdvanceClockCommand', { by: 'PT0S' }), 'now')));
const nextOf = (answer: WireAnswer): number => Date.parse(String(field(answer, 'retrying.nextAttemptAt')));
/** Others may fall due by the same clock. */
const callsOf = (guid: string): number =>
  service.calls.filter(({ headers }) => String(headers['idempotency-key']).startsWith(guid)).length;
const lastEntry = async (guid: string): Promise<Data | undefined> => (await admin.trail(guid)).at(-1);
const EDITS = [
  ['RetryNowCommand', {}],
  ['PostponeRetryCommand', { by: 'PT2H' }],
  ['GiveUpRetriesCommand', {}],
  ['UpdateRetryPolicyCommand', { maxAttempts: 5 }],
] as const;

describe('RetryNow', () => {
  it('makes the next attempt now, and tells how it went', async () => {
    const guid = await start();
    const failed = await cmd('RetryNowCommand', guid, { comment: 'it is back, they say' });
    expect(failed).toMatchObject({ isSuccessful: true, data: { status: 'running', retrying: { attemptNumber: 2 } } });
    expect((await admin.trail(guid)).find(({ action }) => action === 'RetryNow')).toMatchObject({
      outcome: 'succeeded',
      actor: { type: 'user' },
      comment: 'it is back, they say',
    });
    service.answers(succeeding());
    expect(await cmd('RetryNow', guid)).toMatchObject({ data: { status: 'completed' } });
    expect(service.calls).toHaveLength(3);
  });

  it('once, for twenty at the same time', async () => {
    const guid = await start();
    service.holds();
    const answers = Promise.all(Array.from({ length: 20 }, () => cmd('RetryNowCommand', guid, { waitMs: 0 })));
    await service.hasCalls(2);
    const won = (await answers).filter(({ isSuccessful }) => isSuccessful);
    service.release();
    await admin.reaches(guid, 'completed');
    expect(won).toHaveLength(1);
    expect(service.calls).toHaveLength(2);
  });
});

describe('PostponeRetry', () => {
  it('moves the next attempt later or earlier; its row and what is seen are the same', async () => {
    const guid = await start();
    const until = new Date((await serverNow()) + 7_200_000).toISOString();
    const later = await cmd('PostponeRetryCommand', guid, { until });
    expect(field(later, 'retrying.nextAttemptAt')).toBe(until);
    await admin.cmd('AdvanceClockCommand', { by: 'PT1H30M' });
    expect(callsOf(guid)).toBe(1);

    const sooner = await cmd('PostponeRetryCommand', guid, { by: 'PT1M' });
    expect(Math.abs(nextOf(sooner) - (await serverNow()) - 60_000)).toBeLessThan(5_000);
    service.answers(succeeding());
    await admin.cmd('AdvanceClockCommand', { by: 'PT2M' });
    expect(await admin.state(guid)).toMatchObject({ data: { status: 'completed' } });
  });

  it('into the past is now', async () => {
    const guid = await start();
    service.answers(succeeding());
    await cmd('PostponeRetryCommand', guid, { until: '2001-01-01T00:00:00Z' });
    await admin.reaches(guid, 'completed');
  });
});

describe('GiveUpRetries', () => {
  it('makes an incident of the last failure, which a person may retry', async () => {
    const guid = await start();
    const given = await cmd('GiveUpRetriesCommand', guid, { comment: 'they are closed for good' });
    expect(given).toMatchObject({
      data: {
        status: 'error',
        error: { errorCode: 'HTTP_503', attemptNumber: 1, decision: expect.stringContaining('given up') },
      },
    });
    await admin.cmd('AdvanceClockCommand', { by: 'PT2H' });
    expect(callsOf(guid)).toBe(1);
    service.answers(succeeding());
    expect(await cmd('RetryFailedTaskCommand', guid)).toMatchObject({ data: { status: 'completed' } });
  });
});

describe('UpdateRetryPolicy', () => {
  it('changes number and waits of this visit only', async () => {
    const guid = await start();
    const updated = await cmd('UpdateRetryPolicyCommand', guid, {
      maxAttempts: 4,
      delayMs: 1_000,
      coefficient: 3,
      maximumDelayMs: 5_000,
    });
    const { data } = updated;
    expect(updated.isSuccessful).toBe(true);
    const failedAt = Date.parse(String(((await admin.state(guid)).data?.['attempts'] as readonly Data[])[0]?.['endedAt']));
    expect(nextOf({ ...updated, data }) - failedAt).toBe(1_000);
    const waits: number[] = [];
    for (let i = 0; i < 2; i++) {
      await admin.cmd('AdvanceClockCommand', { to: new Date(nextOf(await admin.state(guid))).toISOString() });
      const state = await admin.state(guid);
      const ended = Date.parse(String((state.data?.['attempts'] as readonly Data[]).at(-1)?.['endedAt']));
      waits.push(nextOf(state) - ended);
    }
    expect(waits).toEqual([3_000, 5_000]);
    await admin.cmd('AdvanceClockCommand', { by: 'PT10S' });
    expect(await admin.state(guid)).toMatchObject({ data: { status: 'error', error: { attemptNumber: 4 } } });
  });

  it('that leaves no attempt makes an incident', async () => {
    const guid = await start();
    expect(await cmd('UpdateRetryPolicyCommand', guid, { retriesLeft: 0 })).toMatchObject({ data: { status: 'error' } });
  });

  it('gives a task without a policy attempts for its next retry', async () => {
    const guid = await start('once');
    await cmd('UpdateRetryPolicyCommand', guid, { maxAttempts: 3, delayMs: 60_000 });
    expect(await cmd('RetryFailedTaskCommand', guid)).toMatchObject({
      message: 'Task retry started.',
      data: { result: { waiting: true, nextAttemptAt: expect.any(String) } },
    });
  });

  it.each([
    [{ maxAttempts: 0 }, 'maxAttempts'],
    [{ maxAttempts: -1 }, 'maxAttempts'],
    [{ maxAttempts: 1e9 }, 'maxAttempts'],
    [{ maxAttempts: 1.5 }, 'maxAttempts'],
    [{ maxAttempts: 'NaN' }, 'maxAttempts'],
    [{ delayMs: -1 }, 'delayMs'],
    [{ delayMs: 1e15 }, 'delayMs'],
    [{ delayMs: 100, maximumDelayMs: 50 }, 'maximumDelayMs'],
    [{ delayMs: 100, coefficient: 0.5 }, 'coefficient'],
    [{ delayMs: 100, coefficient: '2' }, 'coefficient'],
    [{ delayMs: 100, jitter: 'some' }, 'jitter'],
    [{ coefficient: 2 }, 'delayMs'],
    [{ maxAttempts: 3, unlimited: true }, 'unlimited'],
    [{ totalBudgetMs: -5 }, 'totalBudgetMs'],
    [{}, 'maxAttempts'],
  ])('refuses %j and names %s', async (change, name) => {
    const guid = await start();
    const answer = await cmd('UpdateRetryPolicyCommand', guid, change);
    expect(answer).toMatchObject({ httpStatus: 400, statusCode: '40' });
    expect((answer.data?.['errors'] as readonly Data[]).map((error) => error['field'])).toContain(`data.${name}`);
  });
});

describe.each(EDITS)('%s', (name, change) => {
  it('changes nothing as a dry run, and is refused for a stale version and an unknown instance', async () => {
    const guid = await start();
    const before = await admin.state(guid);
    expect(await cmd(name, guid, { ...change, dryRun: true })).toMatchObject({ data: { dryRun: true, allowed: true } });
    expect(await cmd(name, guid, { ...change, expectedVersion: 1 })).toMatchObject({
      isSuccessful: false,
      statusCode: '99',
      data: { currentVersion: before.data?.['version'] },
    });
    expect(await cmd(name, 'nobody', change)).toMatchObject({
      isSuccessful: false,
      message: "Process instance 'nobody' not found.",
      data: null,
    });
    expect((await admin.state(guid)).data?.['version']).toBe(before.data?.['version']);
    expect(service.calls).toHaveLength(1);
  });

  it('is refused where nothing waits for an attempt, waiting or completed; and the refusal is audited', async () => {
    const waiting = await start('person');
    service.answers(succeeding());
    const completed = await start();
    for (const guid of [waiting, completed]) {
      expect(await cmd(name, guid, change)).toMatchObject({
        isSuccessful: false,
        statusCode: '99',
        data: { currentStatus: expect.any(String) },
      });
      expect(await lastEntry(guid)).toMatchObject({ action: name.replace('Command', ''), outcome: 'refused' });
    }
  });

  it('asks which task is meant where several wait, and takes the one that is named', async () => {
    const guid = await start('two');
    expect(await cmd(name, guid, change)).toMatchObject({
      isSuccessful: false,
      message: expect.stringContaining('Task_A, Task_B'),
    });
    expect(await cmd(name, guid, { ...change, taskId: 'Nowhere' })).toMatchObject({ isSuccessful: false });
    expect(await cmd(name, guid, { ...change, taskId: 'Task_B' })).toMatchObject({ isSuccessful: true });
  });
});

describe('a paused instance', () => {
  it('is not attempted while it is paused, though its retry falls due; then it is', async () => {
    const guid = await start();
    await cmd('PauseProcessInstanceCommand', guid);
    await admin.cmd('AdvanceClockCommand', { by: 'PT2H' });
    expect(await cmd('RetryNowCommand', guid)).toMatchObject({ isSuccessful: false, data: { currentStatus: 'paused' } });
    expect(callsOf(guid)).toBe(1);
    service.answers(succeeding());
    await cmd('ResumeProcessInstanceCommand', guid);
    await admin.reaches(guid, 'completed');
    expect(callsOf(guid)).toBe(2);
  });
});

describe('the list', () => {
  it('finds what waits for its next attempt', async () => {
    const key = { businessKey: 'listed' };
    const retrying = await admin.start('one', { serviceUrl: service.url }, key);
    await admin.start('person', {}, key);
    const guidsOf = async (filter: object): Promise<unknown[]> => {
      const answer = await admin.cmd('GetProcessInstanceListQuery', { ...key, ...filter });
      return (answer.data?.['items'] as readonly Data[]).map((item) => item['instanceGuid']);
    };
    expect(await guidsOf({ retrying: true })).toEqual([retrying]);
    expect(await guidsOf({ retrying: false })).toHaveLength(1);
    expect(await guidsOf({})).toHaveLength(2);
    const read = await admin.get('/api/core/instances?retrying=true&businessKey=listed');
    expect(read.data).toMatchObject({ items: [{ instanceGuid: retrying }] });
    await cmd('CancelProcessInstanceCommand', retrying);
    expect(await guidsOf({ retrying: true })).toEqual([]);
  });
});
