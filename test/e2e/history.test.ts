import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { field, type ApiClient, type Data, type WireAnswer } from './support/api-client.js';
import { httpTask, scriptTask, sequence, userTask } from './support/models.js';
import { Recovering } from './support/recovering.js';
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

const historyOf = (instanceGuid: string, more: object = {}): Promise<WireAnswer> =>
  admin.cmd('GetProcessInstanceHistoryQuery', { instanceGuid, ...more });
const itemsOf = (answer: WireAnswer): readonly Data[] => (answer.data?.['items'] ?? []) as readonly Data[];
const stateAt = (instanceGuid: string, moment: object): Promise<WireAnswer> =>
  admin.cmd('GetStateAtQuery', { instanceGuid, ...moment });
const start = (processKey: string, variables: object = {}, more: object = {}): Promise<string> =>
  admin.start(processKey, { serviceUrl: service.url, ...variables }, more);

async function visit(instanceGuid: string, taskId: string): Promise<Data> {
  const [item] = itemsOf(await historyOf(instanceGuid, { taskId }));
  if (!item) throw new Error(`Expected '${taskId}' to have been visited`);
  return item;
}

describe('the history of a loan application', () => {
  let guid: string;

  beforeAll(async () => {
    service.answers(failing());
    await admin.deploy(
      sequence(
        'history-loan',
        httpTask('Check', 'Check Credit', {
          Endpoint: '${bureau}/check',
          InputMapping: '{"bureau":"${bureauUrl}"}',
          ResultVariable: 'credit',
        }),
        httpTask('Assess', 'Assess Risk', { Endpoint: '${serviceUrl}/assess', ResultVariable: 'risk' }),
        userTask('Approve', 'Approve'),
        scriptTask('Pay', 'return context.amount;', { ResultVariable: 'paid' }),
      ),
    );
    guid = await start('history-loan', { bureauUrl: `${service.url}/old`, amount: 10 });
    await admin.reaches(guid, 'error');
    service.answers((call, response) => (call.path === '/new/check' ? succeeding({ score: 700 }) : failing(422))(call, response));
    const bureauUrl = `${service.url}/new`;
    await admin.cmd('RetryFailedTaskCommand', { instanceGuid: guid, updatedVariables: { bureauUrl }, comment: 'moved' });
    await admin.reaches(guid, 'error');
    await admin.cmd('SkipFailedTaskCommand', { instanceGuid: guid, additionalData: { risk: 'low' }, comment: 'by hand' });
    await admin.cmd('SetProcessVariablesCommand', { instanceGuid: guid, variables: { amount: 20 }, comment: 'typo' });
  });

  it('tells each attempt of a task with its input and error, what it wrote, and who had it done again', async () => {
    expect(await visit(guid, 'Check')).toMatchObject({
      sequence: 2,
      elementName: 'Check Credit',
      elementType: 'serviceTask',
      status: 'completed',
      enteredVersion: 1,
      input: { bureau: `${service.url}/new` },
      output: { credit: { score: 700 } },
      attempts: [
        {
          attempt: 1,
          outcome: 'failed',
          errorCode: 'HTTP_503',
          errorClass: 'SERVICE_UNAVAILABLE',
          decision: 'fail',
          decisionReason: expect.any(String),
          input: { bureau: `${service.url}/old` },
        },
        { attempt: 2, outcome: 'succeeded', errorCode: null },
      ],
      variables: {
        changes: [
          { path: '/variables/bureauUrl', before: `${service.url}/old`, after: `${service.url}/new`, cause: 'retry-failed-task' },
          { path: '/variables/credit', before: null, after: { score: 700 }, cause: 'result' },
        ],
      },
      commands: [{ action: 'RetryFailedTask', comment: 'moved', actor: { type: 'user' }, outcome: 'succeeded' }],
    });
  });

  it('tells a task that was skipped with what was stated instead', async () => {
    expect(await visit(guid, 'Assess')).toMatchObject({
      status: 'skipped',
      input: null,
      output: { risk: 'low' },
      attempts: [{ attempt: 1, outcome: 'failed', errorCode: 'HTTP_422' }],
      commands: [
        { action: 'SkipFailedTask', comment: 'by hand', changes: [{ path: '/variables/risk', before: null, after: 'low' }] },
      ],
    });
  });

  it('has what waits, what was changed beside the visits, and goes on to the end', async () => {
    const before = await historyOf(guid);
    expect(itemsOf(before).at(-1)).toMatchObject({ elementId: 'Approve', status: 'active', endedAt: null, attempts: [] });
    expect(before.data).toMatchObject({
      variablesRecorded: true,
      instanceChanges: [{ path: '/variables/amount', before: 10, after: 20, cause: 'set-process-variables' }],
      nextCursor: null,
    });

    await admin.cmd('SignalProcessInstanceCommand', { instanceGuid: guid, action: 'approve' });
    await admin.reaches(guid, 'completed');

    const after = itemsOf(await historyOf(guid));
    expect(after.map(({ elementId, status }) => [elementId, status])).toEqual([
      ['StartEvent', 'completed'],
      ['Check', 'completed'],
      ['Assess', 'skipped'],
      ['Approve', 'completed'],
      ['Pay', 'completed'],
      ['EndEvent', 'completed'],
    ]);
    expect(after[3]).toMatchObject({ commands: [{ action: 'SignalProcessInstance' }], output: { lastUserAction: 'approve' } });
    expect(after[4]).toMatchObject({ output: { paid: 20 }, attempts: [{ attempt: 1, outcome: 'succeeded' }], commands: [] });
  });

  it('is told by plain HTTP too, and page by page', async () => {
    const items: Data[] = [];
    let cursor: unknown = null;
    do {
      const more: string = cursor === null ? '' : `&cursor=${String(cursor)}`;
      const page = await admin.get(`/api/core/instances/${guid}/history?pageSize=2${more}`);
      items.push(...itemsOf(page));
      cursor = page.data?.['nextCursor'];
      expect(itemsOf(page).length).toBeLessThanOrEqual(2);
    } while (cursor !== null);

    expect(items).toEqual(itemsOf(await historyOf(guid)));
    expect((await historyOf(guid, { cursor: 'x' })).httpStatus).toBe(400);
    expect((await historyOf('nowhere')).message).toBe("Process instance 'nowhere' not found.");
  });

  it('gives back the variables and the open tasks of each step', async () => {
    const [, check, assess] = itemsOf(await historyOf(guid));

    const first = await stateAt(guid, { version: 1 });
    expect(first.data).toMatchObject({
      version: 1,
      state: { variables: { bureauUrl: `${service.url}/old`, amount: 10 }, currentNode: 'Check', completedTasks: ['StartEvent'] },
      activeActivities: [{ elementId: 'Check' }],
    });
    expect(field(first, 'state.variables')).not.toHaveProperty('credit');
    expect((await stateAt(guid, { version: 2 })).data).toMatchObject({ status: 'error' });
    expect((await stateAt(guid, { version: check?.['endedVersion'] })).data).toMatchObject({
      state: {
        variables: { credit: { score: 700 }, amount: 10 },
        currentNode: 'Assess',
        completedTasks: ['StartEvent', 'Check'],
      },
    });
    expect((await stateAt(guid, { version: assess?.['endedVersion'] })).data).toMatchObject({
      state: { variables: { risk: 'low', amount: 10 }, currentNode: 'Approve', skippedTasks: ['Assess'] },
    });
    const { version, state } = (await admin.state(guid)).data ?? {};
    expect((await stateAt(guid, { version })).data).toMatchObject({ status: 'completed', state, activeActivities: [] });
  });

  it('gives back an instant', async () => {
    const at = String((await visit(guid, 'Assess'))['endedAt']);

    expect((await stateAt(guid, { at })).data).toMatchObject({ at, state: { variables: { risk: 'low' } } });
    const now = await admin.get(`/api/core/instances/${guid}/state-at?at=${new Date().toISOString()}`);
    expect(now.data).toMatchObject({ status: 'completed', state: { variables: { paid: 20 } } });
  });

  it.each([
    [{ version: 99 }, /has not reached version 99. It is at \d+\.$/],
    [{ at: '2001-01-01T00:00:00Z' }, /^Process instance '.*' began at .*, after 2001-01-01T00:00:00Z\.$/],
    [{ at: '2999-01-01T00:00:00Z' }, /^2999-01-01T00:00:00Z has not come yet\.$/],
  ])('refuses a moment that is none: %j', async (moment, message) => {
    expect(await stateAt(guid, moment)).toMatchObject({
      httpStatus: 200,
      isSuccessful: false,
      message: expect.stringMatching(message),
    });
  });

  it('wants exactly one of version and at', async () => {
    expect((await stateAt(guid, {})).httpStatus).toBe(400);
    expect((await stateAt(guid, { version: 1, at: '2026-01-01' })).httpStatus).toBe(400);
  });
});
