import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { field, type ApiClient, type Data, type WireAnswer } from './support/api-client.js';
import { catchEvent, flow, model, timer } from './support/models.js';
import { attemptsOf, HTTP, policy, Recovering, withExtensions } from './support/recovering.js';
import { failing, succeeding, type TestService } from './support/test-service.js';

jest.setTimeout(30_000);

let recovering: Recovering;
let service: TestService;
let admin: ApiClient;

beforeAll(async () => {
  recovering = await Recovering.start();
  ({ service, admin } = recovering);
  await admin.deploy(withBoundary('retried', timer('timeDuration', 'P1D')));
  await admin.deploy(withBoundary('bounded', timer('timeDuration', 'PT30M')));
});

afterAll(() => recovering?.stop());

beforeEach(() => {
  service.answers(failing());
  service.calls.length = 0;
});

const RETRIED = withExtensions(HTTP, policy('attempts="3" delays="PT1H"'));

/** A task with a policy, and a timer boundary event that leads to an end of its own. */
function withBoundary(key: string, definition: string): string {
  return model(
    key,
    `<bpmn:startEvent id="StartEvent" />${RETRIED.xml}<bpmn:endEvent id="EndEvent" />
     <bpmn:boundaryEvent id="Late" attachedToRef="Task_1">${definition}</bpmn:boundaryEvent><bpmn:endEvent id="End_Late" />
     ${flow('f1', 'StartEvent', 'Task_1')}${flow('f2', 'Task_1', 'EndEvent')}${flow('f3', 'Late', 'End_Late')}`,
  );
}

const start = (key = 'retried', more: object = {}): Promise<string> => admin.start(key, { serviceUrl: service.url }, more);
const cmd = (name: string, instanceGuid: string, more: object = {}): Promise<WireAnswer> =>
  admin.cmd(name, { instanceGuid, ...more });
const advance = (by: string): Promise<WireAnswer> => admin.cmd('AdvanceClockCommand', { by });
/** Others may fall due by the same clock. */
const callsOf = (guid: string): number =>
  service.calls.filter(({ headers }) => String(headers['idempotency-key']).startsWith(guid)).length;

const EDITS: readonly (readonly [name: string, change: object])[] = [
  ['RetryNowCommand', {}],
  ['PostponeRetryCommand', { by: 'PT2H' }],
  ['GiveUpRetriesCommand', {}],
  ['UpdateRetryPolicyCommand', { maxAttempts: 5 }],
];

/** Brings an instance into a state in which nothing waits for its next attempt. */
const STATES: Readonly<Record<string, () => Promise<string>>> = {
  error: async () => {
    const guid = await start();
    await cmd('GiveUpRetriesCommand', guid);
    return guid;
  },
  executing: async () => {
    service.holds();
    const guid = await start('retried', { waitMs: 0 });
    await service.hasCalls(1);
    return guid;
  },
  waiting: () => recovering.run(catchEvent('Wait', timer('timeDuration', 'PT1H'))),
  completed: async () => {
    service.answers(succeeding());
    return start();
  },
  cancelled: async () => {
    const guid = await start();
    await cmd('CancelProcessInstanceCommand', guid);
    return guid;
  },
};

describe.each(EDITS)('%s', (name, change) => {
  // The policy of a task that is attempted, or failed, may be changed for the attempts to come.
  const changesPolicy = name === 'UpdateRetryPolicyCommand';
  const refusing = Object.keys(STATES).filter((state) => !changesPolicy || (state !== 'error' && state !== 'executing'));

  it.each(refusing)('is refused where the instance is %s, changes nothing and is audited', async (state) => {
    const guid = await STATES[state]?.();
    const before = await admin.state(String(guid));

    const answer = await cmd(name, String(guid), change);

    const currentStatus = state === 'executing' ? 'running' : state;
    expect(answer).toMatchObject({ httpStatus: 200, isSuccessful: false, statusCode: '99', data: { currentStatus } });
    expect((await admin.state(String(guid))).data).toMatchObject({ version: before.data?.['version'], status: currentStatus });
    expect((await admin.trail(String(guid))).at(-1)).toMatchObject({ action: name.replace('Command', ''), outcome: 'refused' });
    service.release();
  });
});

describe('an instance that is paused', () => {
  describe.each([
    ['before its retry is due', 'PT0S'],
    ['when its retry has fallen due', 'PT2H'],
  ])('%s', (_title, since) => {
    async function paused(): Promise<string> {
      const guid = await start();
      await cmd('PauseProcessInstanceCommand', guid);
      await advance(since);
      return guid;
    }
    const resumed = (guid: string): Promise<WireAnswer> => cmd('ResumeProcessInstanceCommand', guid);

    it('keeps to a new time', async () => {
      const guid = await paused();
      const postponed = await cmd('PostponeRetryCommand', guid, { by: 'PT5H' });
      expect(postponed.data).toMatchObject({ status: 'paused' });
      expect(await resumed(guid)).toMatchObject({
        data: { status: 'running', retrying: { nextAttemptAt: field(postponed, 'retrying.nextAttemptAt') } },
      });
      expect(callsOf(guid)).toBe(1);
      service.answers(succeeding());

      await advance('PT5H');

      await admin.reaches(guid, 'completed');
      expect(callsOf(guid)).toBe(2);
    });

    it('stands in error when it is resumed, where the retries were given up', async () => {
      const guid = await paused();
      expect(await cmd('GiveUpRetriesCommand', guid)).toMatchObject({ isSuccessful: true, data: { status: 'paused' } });
      expect(await resumed(guid)).toMatchObject({ data: { status: 'error' } });
      await advance('PT2H');
      expect(callsOf(guid)).toBe(1);
    });

    it('keeps to a changed policy', async () => {
      const guid = await paused();
      await cmd('UpdateRetryPolicyCommand', guid, { delayMs: 6 * 3_600_000 });
      await resumed(guid);
      expect(callsOf(guid)).toBe(1);
      service.answers(succeeding());
      await advance('PT6H');
      await admin.reaches(guid, 'completed');
    });
  });

  it('does not lose the boundary event that has come meanwhile when its retry is postponed', async () => {
    const guid = await start('bounded');
    await cmd('PauseProcessInstanceCommand', guid);
    await advance('PT2H');
    await cmd('PostponeRetryCommand', guid, { by: 'PT5H' });

    const resumed = await cmd('ResumeProcessInstanceCommand', guid);

    expect(resumed.data).toMatchObject({ status: 'completed', state: { completedTasks: ['StartEvent', 'Late', 'End_Late'] } });
    expect(callsOf(guid)).toBe(1);
  });
});

describe('an instance that waits for its next attempt', () => {
  it('is cancelled, and never attempted again', async () => {
    const guid = await start();
    expect(await cmd('CancelProcessInstanceCommand', guid)).toMatchObject({
      isSuccessful: true,
      data: { previousStatus: 'running' },
    });
    await advance('PT2H');
    expect(await admin.state(guid)).toMatchObject({ data: { status: 'cancelled' } });
    expect(callsOf(guid)).toBe(1);
  });

  it.each(['RetryFailedTaskCommand', 'SkipFailedTaskCommand'])('is not in error: %s is refused', async (name) => {
    const guid = await start();
    expect(await cmd(name, guid)).toMatchObject({
      isSuccessful: false,
      message: 'Process instance is not in error state. Current state: running',
      data: { currentStatus: 'running' },
    });
  });

  it('is told of by a retry by hand that has failed, while its policy has attempts left', async () => {
    const guid = await start();
    await cmd('GiveUpRetriesCommand', guid);
    const answer = await cmd('RetryFailedTaskCommand', guid);
    expect(answer).toMatchObject({
      isSuccessful: true,
      statusCode: '00',
      message: 'Task retry started.',
      data: { status: 'running', result: { taskExecutionTime: null, waiting: true } },
    });
    const next = String(field(answer, 'result.nextAttemptAt'));
    expect(field(await admin.state(guid), 'retrying.nextAttemptAt')).toBe(next);
    service.answers(succeeding());

    await admin.cmd('AdvanceClockCommand', { to: next });

    expect(attemptsOf(await admin.reaches(guid, 'completed'))).toHaveLength(3);
  });
});

describe('UpdateRetryPolicy', () => {
  it.each([{ totalBudgetMs: 1_000 }, { totalBudgetMs: 7_200_000, delayMs: 7_200_001 }])(
    'by %j leaves no time for the next attempt: a person decides',
    async (change) => {
      const guid = await start();
      expect(await cmd('UpdateRetryPolicyCommand', guid, change)).toMatchObject({
        data: { status: 'error', error: { attemptNumber: 1, decision: expect.stringContaining('total budget') } },
      });
    },
  );
});

describe('bad input', () => {
  it.each([
    ['PostponeRetryCommand', { by: 'PT1H', until: '2030-01-01T00:00:00Z' }, 'by'],
    ['PostponeRetryCommand', {}, 'until'],
    ['PostponeRetryCommand', { by: '-PT1H' }, 'by'],
    ['PostponeRetryCommand', { by: 'NaN' }, 'by'],
    ['PostponeRetryCommand', { by: '' }, 'by'],
    ['PostponeRetryCommand', { by: 3_600 }, 'by'],
    ['PostponeRetryCommand', { by: 'P9999999999D' }, 'by'],
    ['PostponeRetryCommand', { until: 'tomorrow' }, 'until'],
    ['PostponeRetryCommand', { until: '+275760-09-13T00:00:00Z' }, 'until'],
    ['PostponeRetryCommand', { by: 'PT1H', taskId: 7 }, 'taskId'],
    ['RetryNowCommand', { waitMs: -1 }, 'waitMs'],
    ['RetryNowCommand', { waitMs: 1e9 }, 'waitMs'],
    ['RetryNowCommand', { ignoreCircuit: 'yes' }, 'ignoreCircuit'],
    ['RetryNowCommand', { expectedVersion: 'NaN' }, 'expectedVersion'],
    ['GiveUpRetriesCommand', { expectedVersion: -1 }, 'expectedVersion'],
    ['GiveUpRetriesCommand', { because: 'of a typo' }, 'because'],
  ])('%s refuses %j and names %s', async (name, data, wrong) => {
    const guid = await start();
    const answer = await cmd(name, guid, data);
    expect(answer).toMatchObject({ httpStatus: 400, statusCode: '40' });
    expect((answer.data?.['errors'] as readonly Data[]).map((error) => error['field'])).toContain(`data.${wrong}`);
    expect(await admin.state(guid)).toMatchObject({ data: { retrying: { attemptNumber: 1 } } });
  });

  it('as far in the future as can be is the end of the year 9999', async () => {
    const answer = await cmd('PostponeRetryCommand', await start(), { by: 'P999999Y' });
    expect(field(answer, 'retrying.nextAttemptAt')).toBe('9999-12-31T00:00:00.000Z');
  });
});
