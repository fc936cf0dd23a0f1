import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { field, type ApiClient, type Data, type WireAnswer } from './support/api-client.js';
import { flow, httpTask, model, properties, scriptTask, sequence, userTask, type Element } from './support/models.js';
import { failing, succeeding, TestService } from './support/test-service.js';
import { startTestServer, type TestServer } from './support/test-server.js';

let server: TestServer;
let service: TestService;
let admin: ApiClient;

const POLICY = { Retries: '2', retryBackoff: '60000' };

const call = (processKey: string, more: Readonly<Record<string, string>> = {}): Element => ({
  id: 'Call',
  xml: `<bpmn:callActivity id="Call" name="Call" calledElement="${processKey}">${properties(more)}</bpmn:callActivity>`,
});

/** A process with a retry policy of its own: three runs, a minute apart. */
const withPolicy = (xml: string, policy: Readonly<Record<string, string>> = POLICY): string =>
  xml.replace('isExecutable="true">', `isExecutable="true">${properties(policy)}`);

const advance = (by: string): Promise<WireAnswer> => admin.cmd('AdvanceClockCommand', { by });
const startWith = (processKey: string, variables: object = {}, more: object = {}): Promise<WireAnswer> =>
  admin.cmd('StartProcessInstanceCommand', {
    processKey,
    variables: { serviceUrl: service.url, ...variables },
    waitMs: 300,
    ...more,
  });
const guidOf = (answer: WireAnswer): string => String(field(answer, 'instanceGuid'));
const runs = async (firstGuid: string, count: number): Promise<WireAnswer[]> =>
  Promise.all(Array.from({ length: count }, (_, i) => admin.state(i === 0 ? firstGuid : `${firstGuid}~run${i + 1}`)));
const failingTimes = (times: number, path: string): void => {
  let left = times;
  service.answers((request, response) => (request.path === path && left-- > 0 ? failing() : succeeding())(request, response));
};

beforeAll(async () => {
  [server, service] = await Promise.all([
    startTestServer({ REPRISE_TEST_CLOCK: 'true', REPRISE_BREAKER: 'false' }),
    new TestService().start(),
  ]);
  admin = server.admin;
  const count = scriptTask('Count', 'context.count = context.count + 1;');
  await admin.deploy(sequence('fetch', count, httpTask('Fetch', 'Fetch')));
  await admin.deploy(sequence('calling', call('fetch', { ...POLICY, OutputMapping: '{"count":"count"}' })));
  await admin.deploy(withPolicy(sequence('own', count, httpTask('Fetch', 'Fetch'))));
});

afterAll(async () => {
  await Promise.all([server?.close(), service?.stop()]);
});

beforeEach(() => {
  service.answers(succeeding());
  service.calls.length = 0;
});

describe('a retry policy on a call activity', () => {
  it('closes each failed run and begins the next after its delay, with the start variables; the parent waits for the one that succeeds', async () => {
    failingTimes(2, '/Fetch');
    const started = await startWith('calling', { count: 0 });
    const guid = guidOf(started);
    expect(started.data).toMatchObject({ status: 'running', currentActivityId: 'Call' });
    const second = await admin.state(`${guid}~2~run2`);
    expect(second.data).toMatchObject({ status: 'running', retrying: { taskId: 'StartEvent' } });
    await advance('PT59S');
    expect(service.calls).toHaveLength(1);

    await advance('PT1S');
    expect(service.calls).toHaveLength(2);
    await advance('PT60S');

    const completed = await admin.state(guid);
    expect(completed.data).toMatchObject({ status: 'completed', state: { variables: { count: 1 } } });
    const [first, next, last] = await runs(`${guid}~2`, 3);
    expect(first?.data).toMatchObject({
      status: 'cancelled',
      ending: { because: 'retried', errorCode: 'HTTP_503' },
      run: { number: 1, previousInstanceGuid: null, nextInstanceGuid: `${guid}~2~run2`, delayMs: 0, reason: null },
      parent: { instanceGuid: guid, taskId: 'Call' },
    });
    expect(next?.data).toMatchObject({
      status: 'cancelled',
      run: {
        number: 2,
        previousInstanceGuid: `${guid}~2`,
        nextInstanceGuid: `${guid}~2~run3`,
        delayMs: 60_000,
        reason: 'attempt 1 of 3 failed',
      },
      parent: { instanceGuid: guid, taskId: 'Call' },
    });
    expect(last?.data).toMatchObject({ status: 'completed', run: { number: 3, nextInstanceGuid: null, delayMs: 60_000 } });
    expect((field(completed, 'children') as Data[]).map(({ status }) => status)).toEqual(['cancelled', 'cancelled', 'completed']);
    const retried = (await admin.trail(`${guid}~2`)).find(({ action }) => action === 'RunRetried');
    expect(retried).toMatchObject({
      taskId: 'Fetch',
      actor: { type: 'system' },
      detail: { run: 1, nextRun: 2, nextInstanceGuid: `${guid}~2~run2`, delayMs: 60_000, errorCode: 'HTTP_503' },
    });
  });

  it('that is used up leaves the last run in error for a person, whose repair lets the parent go on', async () => {
    service.answers(failing());
    const guid = guidOf(await startWith('calling', { count: 0 }));
    await advance('PT60S');
    await advance('PT60S');
    expect(service.calls).toHaveLength(3);
    expect((await admin.state(guid)).data).toMatchObject({ status: 'running', currentActivityId: 'Call' });
    expect((await admin.state(`${guid}~2~run3`)).data).toMatchObject({ status: 'error', error: { taskId: 'Fetch' } });

    // A person who fails is not run away from.
    await admin.cmd('RetryFailedTaskCommand', { instanceGuid: `${guid}~2~run3` });
    expect((await admin.state(`${guid}~2~run3`)).data).toMatchObject({ status: 'error', error: { attemptNumber: 2 } });
    service.answers(succeeding());
    await admin.cmd('RetryFailedTaskCommand', { instanceGuid: `${guid}~2~run3` });

    await admin.reaches(guid, 'completed');
  });

  it('begins no other run of a child whose parent is cancelled', async () => {
    service.answers(failing());
    const guid = guidOf(await startWith('calling', { count: 0 }));

    const cancelled = await admin.cmd('CancelProcessInstanceCommand', { instanceGuid: guid });

    expect(field(cancelled, 'cancelledChildren')).toEqual([`${guid}~2~run2`]);
    await admin.reaches(`${guid}~2~run2`, 'cancelled');
    await advance('PT1H');
    expect(service.calls).toHaveLength(1);
  });

  it('leaves an error that the caller catches to its boundary event, and makes another run after one that it does not', async () => {
    const ending = (processId: string): string =>
      model(
        processId,
        `<bpmn:startEvent id="StartEvent" /><bpmn:endEvent id="End"><bpmn:errorEventDefinition errorRef="Err" /></bpmn:endEvent>${flow('f1', 'StartEvent', 'End')}`,
      ).replace('<bpmn:process', '<bpmn:error id="Err" errorCode="UNAVAILABLE" name="Service unavailable" /><bpmn:process');
    await admin.deploy(ending('ends'));
    await admin.deploy(sequence('not-catching', call('ends', POLICY)));
    const catching = model(
      'catching',
      `<bpmn:startEvent id="StartEvent" />${call('ends', POLICY).xml}<bpmn:endEvent id="EndEvent" />
       <bpmn:boundaryEvent id="Boundary" attachedToRef="Call"><bpmn:errorEventDefinition /></bpmn:boundaryEvent>
       ${flow('f1', 'StartEvent', 'Call')}${flow('f2', 'Call', 'EndEvent')}`,
    );
    await admin.deploy(catching);

    expect((await startWith('catching')).data).toMatchObject({ status: 'completed', children: [{ status: 'cancelled' }] });
    const guid = guidOf(await startWith('not-catching'));
    await advance('PT60S');
    await advance('PT60S');

    expect((await admin.state(guid)).data).toMatchObject({
      status: 'error',
      error: { taskId: 'Call', errorCode: 'UNAVAILABLE' },
    });
    expect((await runs(`${guid}~2`, 3)).map((state) => field(state, 'ending.because'))).toEqual(['retried', 'retried', 'error']);
  });
});

describe('a retry policy on a process', () => {
  it('makes another run of an instance that nobody called, on the same business, linked both ways', async () => {
    failingTimes(1, '/Fetch');
    const started = await startWith('own', { count: 5 }, { businessKey: 'loan-1' });
    const guid = guidOf(started).replace(/~run2$/, '');
    await advance('PT60S');

    const [first, second] = await runs(guid, 2);
    expect(first?.data).toMatchObject({ status: 'cancelled', run: { number: 1, nextInstanceGuid: `${guid}~run2` } });
    expect(second?.data).toMatchObject({
      status: 'completed',
      businessKey: 'loan-1',
      run: { number: 2, previousInstanceGuid: guid, delayMs: 60_000 },
      state: { variables: { count: 6 } },
    });
  });

  it('keeps who waits in the start waiting, and answers with the newest run', async () => {
    await admin.deploy(withPolicy(sequence('soon', httpTask('Fetch', 'Fetch')), { Retries: '2', retryBackoff: '50' }));
    failingTimes(2, '/Fetch');

    const started = await startWith('soon', {}, { instanceGuid: 'soon-1', waitMs: 10_000 });

    expect(started).toMatchObject({
      isSuccessful: true,
      data: { instanceGuid: 'soon-1~run3', status: 'completed', run: { number: 3 } },
    });
  });

  it('keeps who waits in the start of a parent waiting', async () => {
    await admin.deploy(sequence('calling-soon', call('soon'), userTask('Ask', 'Ask')));
    failingTimes(2, '/Fetch');

    const started = await startWith('calling-soon', {}, { waitMs: 10_000 });

    expect(started.data).toMatchObject({ status: 'waiting', currentTask: { taskId: 'Ask' } });
    expect(service.calls).toHaveLength(3);
  });

  it('of a process that calls another: no run has the guid of a child', async () => {
    await admin.deploy(withPolicy(sequence('own-calling', call('fetch', {}), httpTask('After', 'After'))));
    failingTimes(1, '/After');
    const guid = guidOf(await startWith('own-calling', { count: 0 })).replace(/~run2$/, '');
    expect((await admin.state(`${guid}~2`)).data).toMatchObject({ status: 'completed', parent: { instanceGuid: guid } });

    await advance('PT60S');

    await admin.reaches(`${guid}~run2`, 'completed');
    expect((await admin.state(`${guid}~run2~2`)).data).toMatchObject({ status: 'completed' });
    expect(service.calls.map(({ path }) => path)).toEqual(['/Fetch', '/After', '/Fetch', '/After']);
  });

  it('names the next run to who would do something to one that was closed for it', async () => {
    service.answers(failing());
    const guid = guidOf(await startWith('own', { count: 0 })).replace(/~run2$/, '');

    expect(await admin.cmd('CancelProcessInstanceCommand', { instanceGuid: guid })).toMatchObject({
      isSuccessful: false,
      message: expect.stringMatching(`Current state: cancelled. It was closed for another run: '${guid}~run2'$`),
      data: { currentStatus: 'cancelled', nextInstanceGuid: `${guid}~run2` },
    });
    await admin.cmd('CancelProcessInstanceCommand', { instanceGuid: `${guid}~run2` });
  });

  it('makes a run that can be cancelled while it waits for its delay', async () => {
    service.answers(failing());
    const guid = guidOf(await startWith('own', { count: 0 })).replace(/~run2$/, '');
    await admin.cmd('CancelProcessInstanceCommand', { instanceGuid: `${guid}~run2` });
    await advance('PT1H');
    expect((await admin.state(`${guid}~run2`)).data).toMatchObject({ status: 'cancelled', state: { completedTasks: [] } });
    expect(service.calls).toHaveLength(1);
  });

  it('makes a run that begins at once when a person says so, and one that can be paused', async () => {
    failingTimes(1, '/Fetch');
    const guid = guidOf(await startWith('own', { count: 0 })).replace(/~run2$/, '');
    await admin.cmd('PauseProcessInstanceCommand', { instanceGuid: `${guid}~run2` });
    await advance('PT60S');
    expect(service.calls).toHaveLength(1);
    await admin.cmd('ResumeProcessInstanceCommand', { instanceGuid: `${guid}~run2` });
    await admin.reaches(`${guid}~run2`, 'completed');

    failingTimes(1, '/Fetch');
    const other = guidOf(await startWith('own', { count: 0 })).replace(/~run2$/, '');
    const begun = await admin.cmd('RetryNowCommand', { instanceGuid: `${other}~run2` });

    expect(begun.isSuccessful).toBe(true);
    await admin.reaches(`${other}~run2`, 'completed');
  });

  it('does not make another run of a failure that does not pass by itself', async () => {
    service.answers((_, response) => void response.writeHead(400).end());
    expect((await startWith('own', { count: 0 })).data).toMatchObject({ status: 'error', run: { number: 1 } });
  });
});
