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

describe('a decision', () => {
  it('is seen with its reason in the state, in the attempts and in the audit trail', async () => {
    const guid = await run(withExtensions(HTTP, policy('attempts="2" delays="PT1M"')));
    const waiting = await admin.state(guid);
    const nextAttemptAt = field(waiting, 'retrying.nextAttemptAt');
    expect(waiting.data).toMatchObject({
      status: 'running',
      retrying: { taskId: 'Task_1', attemptNumber: 1, errorClass: 'SERVICE_UNAVAILABLE', reason: 'attempt 1 of 2 failed' },
      attempts: [{ attempt: 1, errorClass: 'SERVICE_UNAVAILABLE', decision: 'retry', decisionReason: 'attempt 1 of 2 failed' }],
    });
    expect((await admin.trail(guid)).at(-1)).toMatchObject({
      action: 'RetryScheduled',
      actor: { type: 'system' },
      taskId: 'Task_1',
      attempt: 1,
      detail: { errorCode: 'HTTP_503', errorClass: 'SERVICE_UNAVAILABLE', reason: 'attempt 1 of 2 failed', nextAttemptAt },
    });

    await waitOut(guid);

    const failed = await admin.reaches(guid, 'error');
    const reason = 'all 2 attempts of the retry policy failed';
    expect(failed.data).toMatchObject({
      errors: [{ decision: reason, decisionAction: 'park' }],
      attempts: [{ attempt: 1 }, { attempt: 2, decision: 'park', decisionReason: reason }],
    });
    expect((await admin.trail(guid)).at(-1)).toMatchObject({ action: 'TaskParked', outcome: 'failed', detail: { reason } });
  });
});

describe('a rule', () => {
  it('looks at the class of the failure, and parks it', async () => {
    const rule = '<reprise:rule errorClass="AUTHENTICATION_ERROR" action="park" />';
    const task = withExtensions(HTTP, policy('attempts="3" delays="PT1M"', rule));
    service.answers(failing(403));
    const parked = await run(task);
    expect(await errorOf(parked)).toMatchObject({
      attemptNumber: 1,
      decisionAction: 'park',
      decision: 'rule 1: park',
      parkedFor: service.url,
    });
    service.answers(failing(503));
    expect(await waitOut(await run(task))).toBe(60_000);
  });

  it('that matches first decides, with its own waits', async () => {
    const rules =
      '<reprise:rule name="busy" httpStatus="5xx" action="retry" delays="PT7M" /><reprise:rule httpStatus="503" action="fail" />';
    const guid = await run(withExtensions(HTTP, policy('attempts="2" delays="PT1M"', rules)));
    expect(await waitOut(guid)).toBe(420_000);
    expect(await errorOf(guid)).toMatchObject({ decision: expect.stringContaining('busy') });
  });

  it('looks at code, text and FEEL over error, attempt and variables', async () => {
    const rules = `<reprise:rule errorCode="E_*" text="no such" action="fail" />
      <reprise:rule when="=error.code = &quot;BUSY&quot; and attempt &lt; 3 and variables.amount &gt; 5" action="retry" delays="PT2M" />`;
    const task = withExtensions(handlerTask('Task_1', 'failing'), policy('attempts="9" delays="PT1M"', rules));
    const guid = await run(task, { amount: 6, failure: { code: 'BUSY', message: 'later' } });
    expect([await waitOut(guid), await waitOut(guid), await waitOut(guid)]).toEqual([120_000, 120_000, 60_000]);
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

  it('reschedules no sooner than the service asks', async () => {
    const rule = '<reprise:rule httpStatus="429" action="reschedule" delay="PT30S" />';
    service.answers((_call, response) => response.writeHead(429, { 'retry-after': '120' }).end());
    const guid = await run(withExtensions(HTTP, policy('attempts="2" delays="PT1M"', rule)));
    expect(await waitOut(guid)).toBe(120_000);
  });
});

describe('Retry-After', () => {
  const answering =
    (header: string): Behaviour =>
    (_call, response) =>
      response.writeHead(503, { 'retry-after': header }).end();

  it.each([
    ['120', 120_000],
    ['0', 60_000],
    ['-5', 60_000],
    ['1e9', 60_000],
    ['soon', 60_000],
    ['99999999999999999999', 600_000],
    ['Wed, 21 Oct 2015 07:28:00 GMT', 60_000],
    ['Fri, 31 Dec 2199 23:59:59 GMT', 600_000],
  ])('of %s makes the wait %i ms', async (header, waitMs) => {
    service.answers(answering(header));
    const guid = await run(withExtensions(HTTP, policy('attempts="2" delays="PT1M" retryAfterCap="PT10M"')));
    expect(await waitOut(guid)).toBe(waitMs);
  });

  it('is honoured up to an hour where the model says nothing about it', async () => {
    service.answers(answering('86400'));
    const guid = await run(withExtensions(HTTP, policy('attempts="2" delays="PT1M"')));
    expect(await waitOut(guid)).toBe(3_600_000);
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
    const guid = await run(withExtensions(HTTP, policy('attempts="9" delays="PT4M" budget="PT9M"')));
    await waitOut(guid);
    await waitOut(guid);
    expect(await errorOf(guid)).toMatchObject({
      attemptNumber: 3,
      decision: expect.stringContaining('total budget of 540000 ms'),
    });
  });
});
