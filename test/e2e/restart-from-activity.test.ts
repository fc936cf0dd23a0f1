import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { field, type ApiClient, type WireAnswer } from './support/api-client.js';
import { flow, httpTask, model, scriptTask, sequence, userTask } from './support/models.js';
import { Recovering } from './support/recovering.js';
import { failing, succeeding, type TestService } from './support/test-service.js';

jest.setTimeout(30_000);

let recovering: Recovering;
let service: TestService;
let admin: ApiClient;

const loan = (risk: string): string =>
  sequence(
    'restart-loan',
    httpTask('Check', 'Check', { ResultVariable: 'credit' }),
    scriptTask('Assess', `return ${risk};`, { ResultVariable: 'risk' }),
    httpTask('Pay', 'Pay', { ResultVariable: 'paid' }),
  );

beforeAll(async () => {
  recovering = await Recovering.start();
  ({ service, admin } = recovering);
  await admin.deploy(loan("context.amount > 10 ? 'high' : 'low'"), 'Restarted Loan');
});

afterAll(() => recovering?.stop());

beforeEach(() => {
  service.answers(succeeding());
  service.calls.length = 0;
});

const restart = (instanceGuid: string, activityId: string, more: object = {}): Promise<WireAnswer> =>
  admin.cmd('RestartFromActivityCommand', { instanceGuid, activityId, ...more });
const variablesOf = (answer: WireAnswer): unknown => field(answer, 'state.variables');
const pathsCalled = (): string[] => service.calls.map(({ path }) => path);

async function completed(more: object = {}): Promise<string> {
  const guid = await admin.start('restart-loan', { serviceUrl: service.url, amount: 20 }, { businessKey: 'loan-7', ...more });
  await admin.reaches(guid, 'completed');
  service.calls.length = 0;
  return guid;
}

/** It stands in error at its last task. */
async function failed(): Promise<string> {
  service.answers((call, response) => (call.path === '/Pay' ? failing(422) : succeeding())(call, response));
  const guid = await admin.start('restart-loan', { serviceUrl: service.url, amount: 20 });
  await admin.reaches(guid, 'error');
  service.answers(succeeding());
  service.calls.length = 0;
  return guid;
}

describe('an instance that is restarted', () => {
  it('begins at the activity, with the variables that it had when it was entered, changed as asked; nothing before it is done again', async () => {
    const original = await completed();

    const answer = await restart(original, 'Assess', { variables: { amount: 5 }, comment: 'a typo' });

    const guid = String(answer.data?.['instanceGuid']);
    const state = await admin.reaches(guid, 'completed');
    expect(answer).toMatchObject({ httpStatus: 200, isSuccessful: true, message: 'Process instance restarted successfully.' });
    expect(state.data).toMatchObject({
      businessKey: 'loan-7',
      restartedFrom: { instanceGuid: original, activityId: 'Assess' },
      state: { variables: { amount: 5, risk: 'low', credit: { score: 720 } }, completedTasks: ['Assess', 'Pay', 'EndEvent'] },
    });
    expect(pathsCalled()).toEqual(['/Pay']);
    const before = await admin.cmd('GetStateAtQuery', { instanceGuid: guid, version: 1 });
    expect(Object.keys(variablesOf(before) as object).sort()).toEqual(['amount', 'credit', 'serviceUrl']);
  });

  it('leaves the other one as it is, and each knows of the other', async () => {
    const original = await failed();
    const before = await admin.state(original);

    const first = await restart(original, 'Pay', { newInstanceGuid: `${original}-again` });
    await restart(original, 'Check', { newInstanceGuid: `${original}-from-the-beginning` });

    expect(first.data).toMatchObject({ instanceGuid: `${original}-again`, status: 'completed' });
    const after = await admin.state(original);
    expect(after.data).toMatchObject({ status: 'error', version: before.data?.['version'], restartedFrom: null });
    expect(after.data?.['restarts']).toEqual([`${original}-again`, `${original}-from-the-beginning`]);
    expect((await admin.state(`${original}-again`)).data?.['restarts']).toEqual([]);
  });

  it('is in the trails of both, with what was changed', async () => {
    const original = await failed();
    const newInstanceGuid = `${original}-audited`;
    await restart(original, 'Pay', { newInstanceGuid, variables: { amount: 1, note: 'n' }, comment: 'paid twice?' });

    const entry = {
      action: 'RestartFromActivity',
      outcome: 'succeeded',
      comment: 'paid twice?',
      changes: [
        { path: '/variables/amount', before: 20, after: 1 },
        { path: '/variables/note', before: null, after: 'n' },
      ],
      detail: { restartedFrom: original, newInstanceGuid, activityId: 'Pay', restoreVariables: 'before-activity', version: 1 },
    };
    expect((await admin.trail(original)).at(-1)).toMatchObject({ ...entry, statusBefore: 'error', statusAfter: 'error' });
    expect((await admin.trail(newInstanceGuid))[0]).toMatchObject({ ...entry, statusBefore: null });
  });

  it('begins with the latest variables where that is asked for, be the activity one that was never entered', async () => {
    const original = await admin.start('restart-loan', { serviceUrl: service.url, amount: 3 }, { executionMode: 'Supervised' });
    await admin.cmd('CancelProcessInstanceCommand', { instanceGuid: original });

    expect(await restart(original, 'Pay')).toMatchObject({
      isSuccessful: false,
      message: `Process instance '${original}' never entered 'Pay'. Restore the 'latest' variables to begin there.`,
    });
    const answer = await restart(original, 'Pay', { restoreVariables: 'latest' });
    expect(answer.data).toMatchObject({ status: 'waiting', executionMode: 'Supervised', currentActivityId: 'Pay' });
    expect(variablesOf(answer)).toEqual({ serviceUrl: service.url, amount: 3 });
  });

  it('runs on the newest version where that is asked for', async () => {
    const original = await completed();
    const { id } = (await admin.deploy(loan("'old'"), 'Other Loan')).data ?? {};
    await recovering.execute(`UPDATE process_instance SET definition_id = ${String(id)} WHERE guid = '${original}'`);
    await admin.cmd('UpdateProcessDefinitionCommand', { id, bpmnXml: loan("'new'") });

    expect(variablesOf(await restart(original, 'Assess'))).toMatchObject({ risk: 'old' });
    const newest = await restart(original, 'Assess', { version: 'latest' });
    expect(newest.data).toMatchObject({ definitionVersion: 2, state: { variables: { risk: 'new' } } });
  });

  it('is begun once, however often it is asked for', async () => {
    const original = await completed();
    const newInstanceGuid = `${original}-once`;
    const first = await restart(original, 'Pay', { newInstanceGuid });
    const second = await restart(original, 'Pay', { newInstanceGuid });
    const other = await restart(original, 'Check', { newInstanceGuid });
    const keys = await Promise.all([1, 2].map(() => restart(original, 'Pay', { idempotencyKey: `key-${original}` })));

    expect([first.data?.['alreadyStarted'], second.data?.['alreadyStarted']]).toEqual([undefined, true]);
    expect(other).toMatchObject({
      isSuccessful: false,
      message: `Process instance '${newInstanceGuid}' exists, and was not begun by this.`,
    });
    const made = new Set(keys.filter(({ isSuccessful }) => isSuccessful).map(({ data }) => data?.['instanceGuid']));
    expect(made.size).toBe(1);
    expect((await admin.state(original)).data?.['restarts']).toHaveLength(2);
  });

  it('can be tried without beginning anything', async () => {
    const original = await completed();

    const answer = await restart(original, 'Assess', { dryRun: true, variables: { amount: 1 } });

    expect(answer.data).toMatchObject({
      dryRun: true,
      allowed: true,
      willExecute: [{ taskId: 'Assess' }],
      changes: [{ path: '/variables/amount', before: 20, after: 1 }],
      statusAfter: 'running',
    });
    expect((await admin.state(original)).data?.['restarts']).toEqual([]);
    expect((await admin.trail(original)).at(-1)).toMatchObject({ action: 'RestartFromActivity', detail: { dryRun: true } });
  });
});

describe('a restart is refused', () => {
  it('while the instance goes on', async () => {
    await admin.deploy(sequence('restart-wait', userTask('Ask', 'Ask')));
    const guid = await admin.start('restart-wait');
    expect(await restart(guid, 'Ask')).toMatchObject({
      httpStatus: 200,
      isSuccessful: false,
      statusCode: '99',
      message: 'Process instance is not in completed, cancelled or error state. Current state: waiting',
      data: { currentStatus: 'waiting' },
    });
  });

  it('at what is no activity of the process itself, with those that are; and that is audited', async () => {
    const inner = `<bpmn:startEvent id="I1" /><bpmn:manualTask id="Inner" />${flow('i1', 'I1', 'Inner')}`;
    await admin.deploy(
      model(
        'restart-sub',
        `<bpmn:startEvent id="S" /><bpmn:subProcess id="Sub" name="Payment">${inner}</bpmn:subProcess>${flow('f1', 'S', 'Sub')}`,
      ),
    );
    const guid = await admin.start('restart-sub');
    await admin.reaches(guid, 'completed');

    const within = await restart(guid, 'Inner');
    expect(within).toMatchObject({
      isSuccessful: false,
      message: "'Inner' is within the sub-process 'Payment'. Begin at 'Sub' instead.",
      data: { subProcess: 'Sub', allowed: ['Sub'] },
    });
    expect((await admin.trail(guid)).at(-1)).toMatchObject({ action: 'RestartFromActivity', outcome: 'refused' });
    expect((await restart(guid, 'S', { restoreVariables: 'latest' })).message).toMatch(
      /to be an activity, but it is of type startEvent/,
    );
    expect(await restart(guid, 'Sub')).toMatchObject({ isSuccessful: true, data: { status: 'completed' } });
  });

  it('where a value of that time was too large to be kept, unless it is given', async () => {
    const large = 'x'.repeat(70_000);
    await admin.deploy(sequence('restart-large', scriptTask('A', 'context.large = 1; return 1;'), userTask('B', 'B')));
    const guid = await admin.start('restart-large', { large });
    await admin.cmd('CancelProcessInstanceCommand', { instanceGuid: guid });

    expect((await restart(guid, 'A')).message).toMatch(/^Too large to be recorded were the values then of: large\./);
    expect(variablesOf(await restart(guid, 'A', { variables: { large: 'y' } }))).toMatchObject({ large: 1, A_result: 1 });
  });

  it('of an instance that began before variables were recorded, unless the latest are restored', async () => {
    const guid = await completed();
    await recovering.execute(`UPDATE process_instance SET has_history = false WHERE guid = '${guid}'`);

    expect((await restart(guid, 'Pay')).message).toMatch(/began before variables were recorded\. Restore the 'latest' ones\.$/);
    expect((await restart(guid, 'Pay', { restoreVariables: 'latest' })).isSuccessful).toBe(true);
  });

  it('for who may only look, and of an instance that is not there', async () => {
    const guid = await completed();
    const { data } = await admin.cmd('CreateApiTokenCommand', { name: 'looks', roles: ['viewer'] });
    const viewer = Object.assign(Object.create(admin) as ApiClient, { token: String(data?.['token'] ?? data?.['secret']) });
    expect(await viewer.cmd('RestartFromActivityCommand', { instanceGuid: guid, activityId: 'Pay' })).toMatchObject({
      httpStatus: 403,
      data: { requiredPermission: 'instance:start' },
    });
    expect((await restart('nowhere', 'Pay')).message).toBe("Process instance 'nowhere' not found.");
  });
});

it("the guide's commands tell the history of an instance, look back, and begin again", async () => {
  const guide = await readFile('docs/guides/history.md', 'utf8');
  const commands = (/```sh\n([\s\S]*?)```/.exec(guide)?.[1] ?? '').replaceAll('http://127.0.0.1:3000', admin.url);
  await admin.deploy(sequence('guide-loan', httpTask('Task_CreditCheck', 'Credit Check'), userTask('Approve', 'Approve')));
  service.answers(failing());
  const instanceGuid = await admin.start(
    'guide-loan',
    { serviceUrl: service.url, amount: 1 },
    { instanceGuid: 'loan-app-2024-001' },
  );
  await admin.reaches(instanceGuid, 'error');
  service.answers(succeeding());

  const env = { ...process.env, TOKEN: admin.token };
  const { stdout } = await promisify(execFile)('bash', ['-euc', commands], { env, timeout: 30_000 });

  const answers = stdout.trim().split('\n');
  expect(answers.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    { data: { items: [{ elementId: 'Task_CreditCheck', attempts: [{ errorCode: 'HTTP_503' }] }] } },
    { data: { version: 1, state: { variables: { amount: 1 } } } },
    { data: { dryRun: true, changes: [{ path: '/variables/amount', before: 1, after: 20_000 }] } },
    { data: { instanceGuid: 'loan-app-2024-001-again', status: 'waiting', state: { variables: { amount: 20_000 } } } },
  ]);
});
