import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { field, type ApiClient } from './support/api-client.js';
import { handlerTask, httpTask, scriptTask, type Element } from './support/models.js';
import { attemptsOf, HTTP, policy, Recovering, withExtensions } from './support/recovering.js';
import { failing, succeeding, type TestService } from './support/test-service.js';

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

describe('the time-out of an attempt', () => {
  it('fails a handler, tells it to stop, and the next attempt begins', async () => {
    const task = withExtensions(
      handlerTask('Task_1', 'stopping'),
      `${policy('attempts="2" delays="PT0S"')}<reprise:timeouts attempt="PT0.2S" />`,
    );
    const guid = await run(task, { serviceUrl: service.url });
    const state = await admin.reaches(guid, 'error');
    expect(attemptsOf(state)).toMatchObject([
      { errorCode: 'TIMEOUT', errorMessage: 'Task timeout after 200 ms', decision: 'retry' },
      { errorCode: 'TIMEOUT', errorClass: 'NETWORK_TIMEOUT' },
    ]);
    // By the handler itself, when its signal came.
    await service.hasCalls(2);
    expect(service.calls.map(({ path }) => path)).toEqual(['/stopped/1', '/stopped/2']);
  });

  it('counts for a script, which is not tried again: it would take as long', async () => {
    const task = withExtensions(
      scriptTask('Task_1', 'for (;;) {}'),
      `${policy('attempts="2" delays="PT0S"')}<reprise:timeouts attempt="PT0.2S" />`,
    );
    expect(await errorOf(await run(task))).toMatchObject({
      attemptNumber: 1,
      errorCode: 'SCRIPT_TIMEOUT',
      errorClass: 'LOGIC_ERROR',
    });
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

  it('is not skipped, parked or run again when the time for all attempts ends a call: nobody knows what it has done', async () => {
    service.holds();
    const task = withExtensions(
      HTTP,
      `${policy('attempts="3" delays="PT0S" onExhausted="skip"')}<reprise:timeouts total="PT1M" />`,
      'reprise:delivery="at-most-once"',
    );
    const guid = await run(task, {}, '', 0);
    await service.hasCalls(1);
    await admin.cmd('AdvanceClockCommand', { by: 'PT1M' });
    expect(await errorOf(guid)).toMatchObject({ errorCode: 'TOTAL_TIMEOUT', outcome: 'unknown', decisionAction: 'fail' });
    service.release();
  });

  it('has a known outcome between its attempts, whatever time runs out', async () => {
    const timeouts = '<reprise:timeouts total="PT1M" />';
    const task = withExtensions(HTTP, `${policy('attempts="9" delays="PT50M"')}${timeouts}`, 'reprise:delivery="at-most-once"');
    const guid = await run(task);
    await admin.cmd('AdvanceClockCommand', { by: 'PT2M' });
    const error = await errorOf(guid);
    expect(error).toMatchObject({ errorCode: 'TOTAL_TIMEOUT', errorKind: 'technical', attemptNumber: 1 });
    expect(error).not.toHaveProperty('outcome');
  });

  it.each([
    ['fails', failing(500)],
    ['refuses', failing(404)],
    ['does not answer', (): void => undefined],
  ])('is left to a person where the task that is asked %s', async (_how, answer) => {
    service.answers((call, response) => (call.path === '/Ask' ? answer(call, response) : undefined));
    const ask = httpTask('Ask', 'Ask', { TimeoutMs: '200' });
    const guid = await run(once('reprise:reconcile="Ask"'), {}, ask.xml);
    expect(await errorOf(guid)).toMatchObject({
      errorCode: 'OUTCOME_UNKNOWN',
      outcome: 'unknown',
      errorMessage: expect.stringContaining('the task that was asked failed'),
    });
    expect(service.calls.map(({ path }) => path)).toEqual(['/Task_1', '/Ask']);
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
