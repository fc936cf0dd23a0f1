import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { field, type ApiClient } from './support/api-client.js';
import { handlerTask, httpTask, type Element } from './support/models.js';
import { attemptsOf, HTTP, policy, Recovering, withExtensions } from './support/recovering.js';
import { failing, type Behaviour, type TestService } from './support/test-service.js';

jest.setTimeout(30_000);

let recovering: Recovering;
let service: TestService;
let admin: ApiClient;

beforeAll(async () => {
  recovering = await Recovering.start();
  ({ service, admin } = recovering);
});

afterAll(() => recovering?.stop());

beforeEach(() => {
  service.answers(failing());
  service.calls.length = 0;
});

const run: Recovering['run'] = (...of) => recovering.run(...of);
const errorOf = (guid: string): Promise<unknown> => recovering.errorOf(guid);
const actionsOf = (guid: string): Promise<unknown[]> => recovering.actionsOf(guid);
const waitOut = (guid: string): Promise<number> => recovering.waitOut(guid);
const runCaught = (task: Element): Promise<string> => recovering.runCaught(task);

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
