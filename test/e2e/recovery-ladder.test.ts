import { afterAll, beforeAll, beforeEach, expect, it, jest } from '@jest/globals';
import { field, type ApiClient } from './support/api-client.js';
import { httpTask, type Element } from './support/models.js';
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

const laddered = (steps: string, attributes = 'attempts="9" delays="PT1M"'): Element =>
  withExtensions(HTTP, policy(attributes, steps));

it('a step writes variables out of the failure, and the next attempt sees them', async () => {
  const endpoint = httpTask('Task_1', 'One', { Endpoint: '${serviceUrl}/${path}' });
  const set = `<reprise:ladder after="1"><reprise:set target="path" value="backup" />
    <reprise:set target="seen.code" value="=error.code" /><reprise:set target="seen.attempt" value="=attempt" /></reprise:ladder>`;
  const guid = await recovering.run(withExtensions(endpoint, policy('attempts="2" delays="PT1M"', set)), { path: 'primary' });
  expect(field(await admin.state(guid), 'state.variables')).toMatchObject({
    path: 'backup',
    seen: { code: 'HTTP_503', attempt: 1 },
  });
  service.answers(succeeding());

  await recovering.waitOut(guid);

  await admin.reaches(guid, 'completed');
  expect(service.calls.map(({ path }) => path)).toEqual(['/primary', '/backup']);
  const scheduled = (await admin.trail(guid)).find(({ action }) => action === 'RetryScheduled');
  expect(scheduled?.['changes']).toContainEqual({ path: '/variables/path', before: 'primary', after: 'backup' });
});

it('a step changes the waits from now on, and its time-out holds for real calls', async () => {
  const steps = '<reprise:ladder after="2" timeout="200ms" initial="PT10M" coefficient="3" maximum="PT1H" jitter="none" />';
  const guid = await recovering.run(laddered(steps));
  const waits = [await recovering.waitOut(guid)];
  service.holds();
  waits.push(await recovering.waitOut(guid), await recovering.waitOut(guid));
  service.release();

  expect(waits).toEqual([60_000, 600_000, 1_800_000]);
  const messages = attemptsOf(await admin.state(guid)).map(({ errorMessage }) => String(errorMessage));
  expect(messages.map((text) => text.includes('timeout after 200 ms'))).toEqual([false, false, true, true]);
});

it('a step tells people', async () => {
  const guid = await recovering.run(laddered('<reprise:ladder after="1" notify="The bureau does not answer" />'));
  expect(await admin.trail(guid)).toContainEqual(
    expect.objectContaining({
      action: 'RecoveryNotice',
      attempt: 1,
      detail: expect.objectContaining({ message: 'The bureau does not answer' }),
    }),
  );
});

it.each([
  ['skip', 'completed', 'TaskSkipped'],
  ['complete', 'completed', 'TaskCompleted'],
  ['park', 'error', 'TaskParked'],
  ['escalate', 'error', 'TaskEscalated'],
  ['error', 'error', 'TaskFailed'],
])('a step ends the attempts: %s', async (then, status, action) => {
  const output = status === 'completed' ? '<reprise:output target="score" value="=600" />' : '';
  const message = then === 'escalate' ? 'message="call the bureau"' : '';
  const step = `<reprise:ladder after="2" then="${then}" ${message}>${output}</reprise:ladder>`;
  const guid = await recovering.run(laddered(step, 'attempts="9" delays="PT0S"'));

  const state = await admin.reaches(guid, status);

  expect(service.calls).toHaveLength(2);
  expect((await admin.trail(guid)).at(-1)).toMatchObject({
    action,
    detail: { reason: expect.stringContaining('the ladder ends after attempt 2') },
  });
  if (status === 'completed') expect(field(state, 'state.variables.score')).toBe(600);
});

it('a step throws a modelled error that a boundary event catches', async () => {
  const step = '<reprise:ladder after="2" then="throw" errorCode="E1" />';
  const guid = await recovering.runCaught(laddered(step, 'attempts="9" delays="PT0S"'));
  expect(await admin.reaches(guid, 'completed')).toMatchObject({
    data: { state: { completedTasks: ['StartEvent', 'Caught', 'End_Caught'] } },
  });
  expect(service.calls).toHaveLength(2);
});

it('a step whose value has none ends the attempts and says why: the next would lack what it needs', async () => {
  const step = '<reprise:ladder after="1"><reprise:set target="wait" value="=function(x) x" /></reprise:ladder>';
  const guid = await recovering.run(laddered(step));
  expect(await recovering.errorOf(guid)).toMatchObject({
    errorCode: 'HTTP_503',
    attemptNumber: 1,
    decision: expect.stringContaining("the ladder's step after attempt 1 could not be evaluated"),
  });
});

it('failures of a kind that does not pass climb no step', async () => {
  service.answers(failing(404));
  const guid = await recovering.run(laddered('<reprise:ladder after="1" then="skip" />'));
  expect(await recovering.errorOf(guid)).toMatchObject({ decision: 'NOT_FOUND does not pass by itself' });
});
