import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { field, type ApiClient, type Data, type WireAnswer } from './support/api-client.js';
import { flow, handlerTask, httpTask, model, sequence, type Element } from './support/models.js';
import { failing, succeeding, TestService, type Behaviour } from './support/test-service.js';
import { startTestServer, type TestServer } from './support/test-server.js';

jest.setTimeout(30_000);

let server: TestServer;
let service: TestService;
let admin: ApiClient;
let models = 0;

beforeAll(async () => {
  const handlers = fileURLToPath(new URL('./support/handlers.mjs', import.meta.url));
  [server, service] = await Promise.all([
    startTestServer({ REPRISE_TEST_CLOCK: 'true', REPRISE_HANDLERS: handlers }),
    new TestService().start(),
  ]);
  admin = server.admin;
});

afterAll(async () => {
  await Promise.all([server?.close(), service?.stop()]);
});

beforeEach(() => {
  service.answers(failing());
  service.calls.length = 0;
});

const HTTP = httpTask('Task_1', 'One');

/** A task with what our own extensions say about it. */
function withExtensions({ id, xml }: Element, extensions: string, attributes = ''): Element {
  return {
    id,
    xml: xml.replace('</bpmn:extensionElements>', `${extensions}$&`).replace(`id="${id}"`, `id="${id}" ${attributes}`),
  };
}

/** Deploys a process of this task and starts it. */
async function run(task: Element, variables: object = {}, more = '', waitMs = 10_000): Promise<string> {
  const key = `model-${models++}`;
  await admin.deploy(sequence(key, task).replace('</bpmn:process>', `${more}</bpmn:process>`));
  return admin.start(key, { serviceUrl: service.url, ...variables }, { waitMs });
}

/** The same with a boundary event for the error code E1, which leads to an end of its own. */
async function runCaught(task: Element): Promise<string> {
  const key = `model-${models++}`;
  const xml = model(
    key,
    `<bpmn:startEvent id="StartEvent" />${task.xml}<bpmn:endEvent id="EndEvent" />
     <bpmn:boundaryEvent id="Caught" attachedToRef="${task.id}"><bpmn:errorEventDefinition errorRef="Error_1" /></bpmn:boundaryEvent>
     <bpmn:endEvent id="End_Caught" />${flow('f1', 'StartEvent', task.id)}${flow('f2', task.id, 'EndEvent')}${flow('f3', 'Caught', 'End_Caught')}`,
  ).replace('<bpmn:process', '<bpmn:error id="Error_1" errorCode="E1" /><bpmn:process');
  await admin.deploy(xml);
  return admin.start(key, { serviceUrl: service.url });
}

const policy = (attributes: string, children = ''): string =>
  `<reprise:retryPolicy ${attributes}>${children}</reprise:retryPolicy>`;
const errorOf = async (guid: string): Promise<unknown> => field(await admin.reaches(guid, 'error'), 'error');
const attemptsOf = (state: WireAnswer): readonly Data[] => state.data?.['attempts'] as readonly Data[];
const actionsOf = async (guid: string): Promise<unknown[]> => (await admin.trail(guid)).map((entry) => entry['action']);

/** Moves the clock to the next attempt; the wait before it, in ms. */
async function waitOut(guid: string): Promise<number> {
  const state = await admin.state(guid);
  const next = String(field(state, 'retrying.nextAttemptAt'));
  const waited = Date.parse(next) - Date.parse(String(attemptsOf(state).at(-1)?.['endedAt']));
  await admin.cmd('AdvanceClockCommand', { to: next });
  return waited;
}

describe('the class of a failure', () => {
  it.each([
    [503, 'SERVICE_UNAVAILABLE', 'retry'],
    [429, 'RATE_LIMITED', 'retry'],
    [504, 'NETWORK_TIMEOUT', 'retry'],
    [401, 'AUTHENTICATION_ERROR', 'fail'],
    [404, 'NOT_FOUND', 'fail'],
    [400, 'INVALID_DATA', 'fail'],
    [501, 'LOGIC_ERROR', 'fail'],
  ])('of %i is %s: %s', async (status, errorClass, decision) => {
    service.answers(failing(status));
    const guid = await run(withExtensions(HTTP, policy('attempts="2" delays="PT1H"')));
    const state = await admin.state(guid);
    expect(attemptsOf(state)).toMatchObject([{ errorClass, decision, decisionReason: expect.any(String) }]);
    expect(field(state, 'status')).toBe(decision === 'retry' ? 'running' : 'error');
    expect(await admin.trail(guid)).toContainEqual(
      expect.objectContaining({ detail: expect.objectContaining({ errorClass, reason: expect.any(String) }) }),
    );
  });

  it('of a time-out is retried', async () => {
    service.holds();
    const guid = await run(withExtensions(httpTask('Task_1', 'One', { TimeoutMs: '200' }), policy('attempts="2" delays="PT1H"')));
    expect(await admin.state(guid)).toMatchObject({
      data: { retrying: { errorClass: 'NETWORK_TIMEOUT', errorMessage: expect.stringContaining('timeout') } },
    });
    service.release();
  });

  it('does not matter where the policy retries any', async () => {
    service.answers(failing(404));
    const guid = await run(withExtensions(HTTP, policy('attempts="2" delays="PT0S" retryOn="any"')));
    expect(await errorOf(guid)).toMatchObject({ attemptNumber: 2 });
  });
});

describe('a rule', () => {
  it('that matches first decides, with its own waits', async () => {
    const rules =
      '<reprise:rule name="busy" httpStatus="5xx" action="retry" delays="PT7S" /><reprise:rule httpStatus="503" action="fail" />';
    const guid = await run(withExtensions(HTTP, policy('attempts="2" delays="PT1S"', rules)));
    expect(await waitOut(guid)).toBe(7_000);
    expect(await errorOf(guid)).toMatchObject({ decision: expect.stringContaining('busy') });
  });

  it('looks at code, text and FEEL over error, attempt and variables', async () => {
    const rules = `<reprise:rule errorCode="E_*" text="no such" action="fail" />
      <reprise:rule when="=error.code = &quot;BUSY&quot; and attempt &lt; 3 and variables.amount &gt; 5" action="retry" delays="PT2S" />`;
    const task = withExtensions(handlerTask('Task_1', 'failing'), policy('attempts="9" delays="PT1S"', rules));
    const guid = await run(task, { amount: 6, failure: { code: 'BUSY', message: 'later' } });
    expect([await waitOut(guid), await waitOut(guid), await waitOut(guid)]).toEqual([2_000, 2_000, 1_000]);
    const other = await run(task, { failure: { code: 'E_1', message: 'There is NO SUCH thing' } });
    expect(await errorOf(other)).toMatchObject({ attemptNumber: 1, decision: 'rule 1: fail at once' });
  });

  it('whose FEEL fails ends the attempts and says why; nothing is executed again', async () => {
    const rule = '<reprise:rule when="=function(x) x" action="retry" />';
    const guid = await run(withExtensions(HTTP, policy('attempts="3" delays="PT0S"', rule)));
    expect(await errorOf(guid)).toMatchObject({
      errorCode: 'HTTP_503',
      attemptNumber: 1,
      decision: expect.stringContaining('rule 1 could not be evaluated'),
    });
    expect(service.calls).toHaveLength(1);
  });

  it('throws a modelled error that a boundary event catches; one that nobody catches is an incident', async () => {
    const throwing = policy('attempts="3" delays="PT0S"', '<reprise:rule httpStatus="503" action="throw" bpmnError="E1" />');
    const caught = await runCaught(withExtensions(HTTP, throwing));
    expect(await admin.reaches(caught, 'completed')).toMatchObject({
      data: { state: { completedTasks: ['StartEvent', 'Caught', 'End_Caught'], variables: { _lastError: { errorCode: 'E1' } } } },
    });
    const guid = await run(withExtensions(HTTP, throwing));
    expect(await errorOf(guid)).toMatchObject({ decision: expect.stringContaining('no boundary event catches E1') });
    expect(service.calls).toHaveLength(2);
  });

  it('reschedules without counting the attempt, as often as it says', async () => {
    const rule = '<reprise:rule httpStatus="503" action="reschedule" delay="PT30S" most="2" />';
    const guid = await run(withExtensions(HTTP, policy('attempts="2" delays="PT1S"', rule)));
    expect([await waitOut(guid), await waitOut(guid)]).toEqual([30_000, 30_000]);
    expect(await errorOf(guid)).toMatchObject({
      attemptNumber: 3,
      decision: expect.stringContaining('rescheduled 2 times already'),
    });
    expect(await actionsOf(guid)).toEqual(expect.arrayContaining(['AttemptRescheduled', 'RetriesExhausted']));
  });
});

describe('Retry-After', () => {
  const answering =
    (header: string): Behaviour =>
    (_call, response) =>
      response.writeHead(503, { 'retry-after': header }).end();

  it.each([
    ['120', 120_000],
    ['0', 1_000],
    ['-5', 1_000],
    ['1e9', 1_000],
    ['soon', 1_000],
    ['99999999999999999999', 600_000],
    ['Wed, 21 Oct 2015 07:28:00 GMT', 1_000],
    ['Fri, 31 Dec 2199 23:59:59 GMT', 600_000],
  ])('of %s makes the wait %i ms', async (header, waitMs) => {
    service.answers(answering(header));
    const guid = await run(withExtensions(HTTP, policy('attempts="2" delays="PT1S" retryAfterCap="PT10M"')));
    expect(await waitOut(guid)).toBe(waitMs);
  });

  it('as a date is honoured to the second', async () => {
    service.answers(answering(new Date(Date.now() + 90_000).toUTCString()));
    const guid = await run(withExtensions(HTTP, policy('attempts="2" delays="PT1S"')));
    const waited = await waitOut(guid);
    expect(waited).toBeGreaterThan(80_000);
    expect(waited).toBeLessThanOrEqual(90_000);
  });
});

describe('attempts that are used up', () => {
  const exhausted = (attributes: string, children = ''): Element =>
    withExtensions(HTTP, policy(`attempts="2" delays="PT0S" ${attributes}`, children));

  it('end in an incident', async () => {
    const guid = await run(exhausted('onExhausted="error"'));
    expect(await errorOf(guid)).toMatchObject({ attemptNumber: 2, decisionAction: 'fail' });
    expect(await actionsOf(guid)).toContain('RetriesExhausted');
  });

  it('park it, escalate it', async () => {
    const parked = await run(exhausted('onExhausted="park"'));
    expect(await errorOf(parked)).toMatchObject({ decisionAction: 'park', parkedFor: service.url });
    const escalated = await run(exhausted('onExhausted="escalate" message="call the bureau"'));
    expect(await errorOf(escalated)).toMatchObject({
      decisionAction: 'escalate',
      decision: expect.stringContaining('call the bureau'),
    });
    expect(await actionsOf(parked)).toContain('TaskParked');
    expect(await actionsOf(escalated)).toContain('TaskEscalated');
  });

  it('skip or complete the task with stated outputs', async () => {
    const output = '<reprise:output target="score" value="=600 + attempt" /><reprise:output target="note" value="not asked" />';
    const skipped = await run(exhausted('onExhausted="skip"', output));
    expect(await admin.reaches(skipped, 'completed')).toMatchObject({
      data: { state: { skippedTasks: ['Task_1'], variables: { score: 602, note: 'not asked' } } },
    });
    const completed = await run(exhausted('onExhausted="complete"', output));
    expect(await admin.reaches(completed, 'completed')).toMatchObject({
      data: { state: { skippedTasks: [], completedTasks: ['StartEvent', 'Task_1', 'EndEvent'] } },
    });
    expect([await actionsOf(skipped), await actionsOf(completed)].map((actions) => actions.at(-1))).toEqual([
      'TaskSkipped',
      'TaskCompleted',
    ]);
  });

  it('throw a modelled error', async () => {
    const guid = await runCaught(exhausted('onExhausted="throw" errorCode="E1"'));
    await admin.reaches(guid, 'completed');
    expect(await actionsOf(guid)).toContain('ErrorThrown');
  });

  it('by the total budget end before their number is reached', async () => {
    const guid = await run(withExtensions(HTTP, policy('attempts="9" delays="PT4S" budget="PT9S"')));
    await waitOut(guid);
    await waitOut(guid);
    expect(await errorOf(guid)).toMatchObject({ attemptNumber: 3, decision: expect.stringContaining('total budget of 9000 ms') });
  });
});

describe('a handler', () => {
  it('says that trying again is of no use, or when it is', async () => {
    const task = withExtensions(handlerTask('Task_1', 'failing'), policy('attempts="3" delays="PT1S"'));
    const final = await run(task, { failure: { message: 'unavailable', nonRetryable: true } });
    expect(await errorOf(final)).toMatchObject({ attemptNumber: 1, decision: 'the task said that trying again is of no use' });
    const later = await run(task, { failure: { message: 'unavailable', retryAfterMs: 5_000 } });
    expect(await waitOut(later)).toBe(5_000);
  });

  it('that gives no sign of life is told to stop, and the next attempt reads how far it had come', async () => {
    const task = withExtensions(
      handlerTask('Task_1', 'counting'),
      `${policy('attempts="2" delays="PT0S"')}<reprise:timeouts heartbeat="PT0.3S" />`,
    );
    const guid = await run(task);
    const state = await admin.reaches(guid, 'completed');
    expect(field(state, 'state.variables.lastServiceResult')).toEqual({ from: 3 });
    expect(attemptsOf(state)[0]).toMatchObject({ errorCode: 'HEARTBEAT_TIMEOUT', errorClass: 'NETWORK_TIMEOUT' });
  });
});

describe('the time for all attempts', () => {
  it('ends a call that is under way, and there is no other', async () => {
    service.holds();
    const guid = await run(
      withExtensions(HTTP, `${policy('attempts="9" delays="PT0S"')}<reprise:timeouts total="PT1M" />`),
      {},
      '',
      0,
    );
    await service.hasCalls(1);
    await admin.cmd('AdvanceClockCommand', { by: 'PT1M' });
    expect(await errorOf(guid)).toMatchObject({ attemptNumber: 1, errorCode: 'TOTAL_TIMEOUT' });
    await service.hasAbandoned(1);
    service.release();
    expect(service.calls).toHaveLength(1);
  });

  it('ends a wait for the next attempt, and begins anew with a retry by hand', async () => {
    const guid = await run(withExtensions(HTTP, `${policy('attempts="9" delays="PT50S"')}<reprise:timeouts total="PT1M" />`));
    await waitOut(guid);
    await admin.cmd('AdvanceClockCommand', { by: 'PT10S' });
    expect(await errorOf(guid)).toMatchObject({ attemptNumber: 2, errorCode: 'TOTAL_TIMEOUT' });
    service.answers(succeeding());
    expect(await admin.cmd('RetryFailedTaskCommand', { instanceGuid: guid })).toMatchObject({ data: { status: 'completed' } });
  });
});

describe('a task that runs at most once', () => {
  const once = (more = ''): Element =>
    withExtensions(
      httpTask('Task_1', 'One', { TimeoutMs: '200' }),
      policy('attempts="3" delays="PT0S"'),
      `reprise:delivery="at-most-once" ${more}`,
    );

  it('is not run again after a time-out: its outcome is unknown', async () => {
    service.holds();
    const guid = await run(once());
    expect(await errorOf(guid)).toMatchObject({ attemptNumber: 1, outcome: 'unknown', errorKind: 'unknown-outcome' });
    service.release();
    expect(service.calls).toHaveLength(1);
  });

  it.each([
    [{ outcome: 'completed', result: { paid: true } }, 'completed'],
    [{ outcome: 'not-executed' }, 'completed'],
    [{ outcome: 'unknown' }, 'error'],
    [{ nonsense: 1 }, 'error'],
  ])('asks a task of the model first, which answers %j: %s', async (answer, status) => {
    const ask = httpTask('Ask', 'Ask');
    let asked = 0;
    service.answers((call, response) => {
      if (call.path === '/Ask') {
        asked++;
        succeeding(answer)(call, response);
      } else if (asked > 0) succeeding({ paid: true })(call, response);
    });
    const guid = await run(once('reprise:reconcile="Ask"'), {}, ask.xml);
    const state = await admin.reaches(guid, status);
    expect(asked).toBe(1);
    expect(service.calls.filter(({ path }) => path === '/Task_1')).toHaveLength(
      'outcome' in answer && answer.outcome === 'not-executed' ? 2 : 1,
    );
    // The other side can tell what it is asked about.
    expect(new Set(service.calls.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
    expect(await actionsOf(guid)).toContain('OutcomeAsked');
    if (status === 'completed') expect(field(state, 'state.variables.Task_1_result')).toEqual({ paid: true });
  });
});
