import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { field, type ApiClient, type WireAnswer } from './support/api-client.js';
import { catchEvent, flow, httpTask, model, sequence, timer, userTask, type Element } from './support/models.js';
import { failing, succeeding, TestService } from './support/test-service.js';
import { startTestServer, type TestServer } from './support/test-server.js';

let server: TestServer;
let service: TestService;
let admin: ApiClient;

beforeAll(async () => {
  [server, service] = await Promise.all([startTestServer({ REPRISE_TEST_CLOCK: 'true' }), new TestService().start()]);
  admin = server.admin;
});

afterAll(async () => {
  await Promise.all([server?.close(), service?.stop()]);
});

beforeEach(() => service.answers(succeeding()));

const advance = (by: string): Promise<WireAnswer> => admin.cmd('AdvanceClockCommand', { by });
const statusOf = async (guid: string): Promise<unknown> => field(await admin.state(guid), 'status');
const serverTime = async (): Promise<number> => Date.parse(String(field(await advance('PT0S'), 'now')));
const callsOf = (id: string): number => service.calls.filter((call) => call.path === `/${id}`).length;

/** A user task with a timer boundary event that leads to an end of its own. */
function withBoundary(processId: string, timerXml: string, cancelActivity: boolean): string {
  return model(
    processId,
    `<bpmn:startEvent id="StartEvent" />${userTask('Task_Approve', 'Approve').xml}<bpmn:endEvent id="EndEvent" />
     <bpmn:boundaryEvent id="Reminder" attachedToRef="Task_Approve" cancelActivity="${cancelActivity}">${timerXml}</bpmn:boundaryEvent>
     <bpmn:endEvent id="End_Reminded" />${flow('f1', 'StartEvent', 'Task_Approve')}${flow('f2', 'Task_Approve', 'EndEvent')}
     ${flow('f3', 'Reminder', 'End_Reminded')}`,
  );
}

describe('an intermediate timer', () => {
  it('of a duration fires when it is over and not before', async () => {
    await admin.deploy(sequence('duration', catchEvent('Wait', timer('timeDuration', 'PT1H'))));
    const guid = await admin.start('duration');
    const waiting = await admin.state(guid);
    expect(waiting.data).toMatchObject({ status: 'waiting', currentActivityId: 'Wait' });

    await advance('PT59M');
    expect(await statusOf(guid)).toBe('waiting');
    expect(field(await advance('PT1M'), 'fired')).toBe(1);

    expect(await statusOf(guid)).toBe('completed');
  });

  it('of a date fires at that instant, and at once where it is past', async () => {
    await admin.deploy(sequence('date', catchEvent('Wait', timer('timeDate', '${dueAt}'))));
    const dueAt = new Date((await serverTime()) + 3_600_000).toISOString();
    const guid = await admin.start('date', { dueAt });
    expect(await statusOf(guid)).toBe('waiting');

    await admin.cmd('AdvanceClockCommand', { to: dueAt });

    expect(await statusOf(guid)).toBe('completed');
    await admin.reaches(await admin.start('date', { dueAt: '2001-01-01T00:00:00Z' }), 'completed');
  });

  it('of a cycle is refused, as it waits once', async () => {
    const bpmnXml = sequence('cycle', catchEvent('Wait', timer('timeCycle', 'R3/PT10M')));
    expect(await admin.cmd('CreateProcessDefinitionCommand', { bpmnXml })).toMatchObject({
      isSuccessful: false,
      statusCode: '40',
      data: { errors: [{ elementId: 'Wait', line: 5, rule: 'invalid-timer', hint: 'It waits once; use timeDuration.' }] },
    });
  });

  it('whose value cannot be read is a failure that variables repair', async () => {
    const guid = await admin.start('date', { dueAt: 'tomorrow' });
    expect((await admin.state(guid)).data).toMatchObject({ status: 'error', error: { taskId: 'Wait' } });

    const retried = await admin.cmd('RetryFailedTaskCommand', {
      instanceGuid: guid,
      updatedVariables: { dueAt: new Date((await serverTime()) + 60_000).toISOString() },
    });

    expect(retried).toMatchObject({ isSuccessful: true, data: { status: 'waiting' } });
    await advance('PT1M');
    expect(await statusOf(guid)).toBe('completed');
  });

  it('keeps its firing while the instance is paused', async () => {
    const guid = await admin.start('duration');
    await admin.cmd('PauseProcessInstanceCommand', { instanceGuid: guid });
    await advance('PT2H');
    expect(await statusOf(guid)).toBe('paused');

    const resumed = await admin.cmd('ResumeProcessInstanceCommand', { instanceGuid: guid });

    expect(resumed.data).toMatchObject({ status: 'completed' });
  });

  it('of a hundred instances: all have gone on when the command answers', async () => {
    const guids = await Promise.all(Array.from({ length: 100 }, () => admin.start('duration')));
    expect(field(await advance('PT1H'), 'fired')).toBe(100);
    const list = await admin.cmd('GetProcessInstanceListQuery', { processKey: 'duration', status: ['waiting'] });
    expect(field(list, 'totalRecords')).toBe(0);
    expect(await statusOf(guids[99] ?? '')).toBe('completed');
  });
});

describe('a timer boundary event', () => {
  it('that interrupts ends its task and takes its own way', async () => {
    await admin.deploy(withBoundary('interrupting', timer('timeDuration', 'P1D'), true));
    const guid = await admin.start('interrupting');
    await advance('P1D');
    expect((await admin.state(guid)).data).toMatchObject({
      status: 'completed',
      state: { completedTasks: ['StartEvent', 'Reminder', 'End_Reminded'] },
    });
  });

  it('that does not interrupt lets its task wait on, and repeats as often as its cycle says', async () => {
    await admin.deploy(withBoundary('reminding', timer('timeCycle', 'R2/PT1H'), false));
    const guid = await admin.start('reminding');
    for (let hour = 0; hour < 4; hour++) await advance('PT1H');
    expect((await admin.state(guid)).data).toMatchObject({
      status: 'waiting',
      currentTask: { taskId: 'Task_Approve' },
      state: { completedTasks: ['StartEvent', 'Reminder', 'End_Reminded', 'Reminder', 'End_Reminded'] },
    });

    const signaled = await admin.cmd('SignalProcessInstanceCommand', { instanceGuid: guid, action: 'approve' });

    expect(signaled.data).toMatchObject({ status: 'completed' });
  });

  it('does not fire when its task ended before', async () => {
    const guid = await admin.start('interrupting');
    await admin.cmd('SignalProcessInstanceCommand', { instanceGuid: guid, action: 'reject' });
    await advance('P2D');
    expect((await admin.state(guid)).data).toMatchObject({
      status: 'completed',
      state: { completedTasks: ['StartEvent', 'Task_Approve', 'EndEvent'] },
    });
  });

  it('ends a running attempt, whose late answer changes nothing', async () => {
    const task = httpTask('Task_Slow', 'Slow');
    await admin.deploy(
      withBoundary('slow', timer('timeDuration', 'PT1M'), true)
        .replace(userTask('Task_Approve', 'Approve').xml, task.xml)
        .replaceAll('Task_Approve', 'Task_Slow'),
    );
    service.holds();
    const calls = service.calls.length;
    const guid = await admin.start('slow', { serviceUrl: service.url }, { waitMs: 0 });
    await service.hasCalls(calls + 1);
    await advance('PT1M');
    expect((await admin.state(guid)).data).toMatchObject({ status: 'completed' });
    service.release();
    expect(field(await admin.state(guid), 'state.completedTasks')).toEqual(['StartEvent', 'Reminder', 'End_Reminded']);
  });
});

describe('a timer start event', () => {
  const startedBy = (processId: string, timerXml: string): string =>
    model(
      processId,
      `<bpmn:startEvent id="StartEvent">${timerXml}</bpmn:startEvent><bpmn:endEvent id="EndEvent" />${flow('f1', 'StartEvent', 'EndEvent')}`,
    );
  const countOf = async (processKey: string): Promise<unknown> =>
    field(await admin.cmd('GetProcessInstanceListQuery', { processKey }), 'totalRecords');

  it('starts an instance at each firing of its cycle, and no more', async () => {
    await admin.deploy(startedBy('every-hour', timer('timeCycle', 'R3/PT1H')));
    expect(await countOf('every-hour')).toBe(0);
    const counts = [];
    for (let hour = 0; hour < 4; hour++) {
      await advance('PT1H');
      counts.push(await countOf('every-hour'));
    }
    expect(counts).toEqual([1, 2, 3, 3]);
  });

  it('of a cron expression starts an instance at each of its times', async () => {
    await admin.deploy(startedBy('every-day', timer('timeCycle', '0 6 * * *')));
    const counts = [];
    for (let day = 0; day < 3; day++) {
      await advance('P1D');
      counts.push(await countOf('every-day'));
    }
    expect(counts).toEqual([1, 2, 3]);
  });
});

describe('an automatic retry', () => {
  const c7: Element = {
    id: 'C7',
    xml: `<bpmn:serviceTask id="C7" name="C7"><bpmn:extensionElements><camunda:failedJobRetryTimeCycle>R3/PT10S</camunda:failedJobRetryTimeCycle>
      <camunda:connector><camunda:inputOutput><camunda:inputParameter name="url">\${serviceUrl}/C7</camunda:inputParameter></camunda:inputOutput>
      <camunda:connectorId>http-connector</camunda:connectorId></camunda:connector></bpmn:extensionElements></bpmn:serviceTask>`,
  };
  const c8: Element = {
    id: 'C8',
    xml: `<bpmn:serviceTask id="C8" name="C8"><bpmn:extensionElements><zeebe:taskDefinition type="io.camunda:http-json:1" retries="3" />
      <zeebe:ioMapping><zeebe:input source="=serviceUrl + &quot;/C8&quot;" target="url" /></zeebe:ioMapping>
      <zeebe:taskHeaders><zeebe:header key="retryBackoff" value="PT10S" /></zeebe:taskHeaders></bpmn:extensionElements></bpmn:serviceTask>`,
  };

  it.each([
    ['BankLingo', httpTask('BL', 'BL', { Retries: '2', retryBackoff: '10000' })],
    ['Camunda 7', c7],
    ['Camunda 8', c8],
  ] as const)('in the notation of %s is made after its wait, and the last failure is for a person', async (_notation, task) => {
    await admin.deploy(sequence(`retried-${task.id}`, task));
    service.answers(failing());
    const guid = await admin.start(`retried-${task.id}`, { serviceUrl: service.url });
    const first = await admin.state(guid);
    expect(first.data).toMatchObject({ status: 'running', retrying: { taskId: task.id, attemptNumber: 1 } });
    const nextAttemptAt = Date.parse(String(field(first, 'retrying.nextAttemptAt')));
    expect(Math.abs(nextAttemptAt - (await serverTime()) - 10_000)).toBeLessThan(5_000);
    expect(callsOf(task.id)).toBe(1);

    await advance('PT10S');
    expect(callsOf(task.id)).toBe(2);
    expect((await admin.state(guid)).data).toMatchObject({ status: 'running', retrying: { attemptNumber: 2 } });
    await advance('PT10S');

    expect((await admin.state(guid)).data).toMatchObject({ status: 'error', error: { taskId: task.id, attemptNumber: 3 } });
    expect(callsOf(task.id)).toBe(3);
    expect((await admin.trail(guid)).map((entry) => entry['action'])).toEqual([
      'StartProcessInstance',
      'RetryScheduled',
      'RetryScheduled',
      'RetriesExhausted',
    ]);
  });

  it('that succeeds goes on, and what follows it is done when the clock has been moved', async () => {
    service.answers(failing());
    await admin.deploy(
      sequence(
        'retried-well',
        httpTask('A', 'A', { Retries: '1', retryBackoff: '10000' }),
        httpTask('B', 'B'),
        httpTask('C', 'C'),
      ),
    );
    const guid = await admin.start('retried-well', { serviceUrl: service.url });
    service.answers(succeeding());
    await advance('PT10S');
    expect(await statusOf(guid)).toBe('completed');
  });
});

describe('the clock', () => {
  it.each([
    [{}, 'by'],
    [{ by: 'soon' }, 'by'],
    [{ by: 'PT1H', to: '2999-01-01T00:00:00Z' }, 'to'],
    [{ to: '2001-01-01T00:00:00Z' }, 'to'],
  ])('is not moved by %j', async (data, name) => {
    const before = await serverTime();
    const answer = await admin.cmd('AdvanceClockCommand', data);
    expect(answer).toMatchObject({ httpStatus: 400, isSuccessful: false, statusCode: '40' });
    expect((field(answer, 'errors') as { field: string }[]).map((error) => error.field)).toContain(`data.${name}`);
    expect((await serverTime()) - before).toBeLessThan(60_000);
  });

  it('of a server without a test clock cannot be moved, and a due timer fires there within 100 ms', async () => {
    const real = await startTestServer();
    try {
      expect(await real.admin.cmd('AdvanceClockCommand', { by: 'PT1H' })).toMatchObject({
        httpStatus: 200,
        isSuccessful: false,
        statusCode: '99',
        message: expect.stringContaining('REPRISE_TEST_CLOCK'),
      });
      await real.admin.deploy(sequence('short', catchEvent('Wait', timer('timeDuration', 'PT0.3S'))));
      const late: number[] = [];
      for (let round = 0; round < 5; round++) {
        const guid = await real.admin.start('short');
        const state = await real.admin.reaches(guid, 'completed');
        late.push(Date.parse(String(field(state, 'endedAt'))) - Date.parse(String(field(state, 'startedAt'))) - 300);
      }
      late.sort((a, b) => a - b);
      expect(late[0]).toBeGreaterThanOrEqual(0);
      // The median: other work on the machine may hold up a single one.
      expect(late[2]).toBeLessThan(100);
    } finally {
      await real.close();
    }
  });
});
