import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { field, type ApiClient } from './support/api-client.js';
import { fork, httpTask, scriptTask, sequence } from './support/models.js';
import { failing, succeeding, TestService } from './support/test-service.js';
import { startTestServer, type TestServer } from './support/test-server.js';

let server: TestServer;
let service: TestService;
let admin: ApiClient;

beforeAll(async () => {
  [server, service] = await Promise.all([startTestServer(), new TestService().start()]);
  admin = server.admin;
  await admin.deploy(sequence('to-the-end', httpTask('Task_CreditCheck', 'Perform Credit Check')));
  await admin.deploy(fork('two-branches', httpTask('Task_A', 'A'), httpTask('Task_B', 'B')));
});

afterAll(async () => {
  await Promise.all([server?.close(), service?.stop()]);
});

beforeEach(() => {
  service.answers(failing());
});

const start = (processKey: string): Promise<string> => admin.start(processKey, { serviceUrl: service.url, loanId: 789 });
const retry = (instanceGuid: string, more: object = {}) => admin.cmd('RetryFailedTaskCommand', { instanceGuid, ...more });

describe('RetryFailedTaskCommand with its options', () => {
  it('merges updatedVariables before the task runs and keeps them when it fails', async () => {
    const guid = await start('to-the-end');
    await retry(guid, { updatedVariables: { apiEndpoint: 'backup' } });

    expect((await admin.state(guid)).data).toMatchObject({ state: { variables: { apiEndpoint: 'backup' } } });
  });

  it('undoes the merge with keepVariables "onSuccess" when the attempt fails', async () => {
    const guid = await start('to-the-end');
    await retry(guid, { updatedVariables: { apiEndpoint: 'backup', loanId: 1 }, keepVariables: 'onSuccess' });

    const { data } = await admin.state(guid);
    expect(data).toMatchObject({ state: { variables: { loanId: 789 } } });
    expect(JSON.stringify(data)).not.toContain('backup');
    const [merged, undone] = (await admin.trail(guid)).slice(-2);
    expect(merged).toMatchObject({
      action: 'RetryFailedTask',
      changes: expect.arrayContaining([
        { path: '/variables/loanId', before: 789, after: 1 },
        { path: '/variables/apiEndpoint', before: null, after: 'backup' },
      ]),
    });
    expect(undone).toMatchObject({
      action: 'TaskFailed',
      attempt: 2,
      changes: expect.arrayContaining([
        { path: '/variables/loanId', before: 1, after: 789 },
        { path: '/variables/apiEndpoint', before: 'backup', after: null },
      ]),
    });
  });

  it('refuses a stale expectedVersion with the current one, and changes nothing', async () => {
    const guid = await start('to-the-end');
    const version = Number(field(await admin.state(guid), 'version'));
    const calls = service.calls.length;

    const answer = await retry(guid, { expectedVersion: version - 1 });

    expect(answer).toMatchObject({
      isSuccessful: false,
      statusCode: '99',
      data: { currentVersion: version, currentStatus: 'error' },
    });
    expect(service.calls).toHaveLength(calls);
    expect(field(await admin.state(guid), 'version')).toBe(version);
  });

  it('retries the failure named by taskId, and says which error is left', async () => {
    const guid = await start('two-branches');
    const both = await admin.reaches(guid, 'error');
    expect(field(both, 'errors')).toHaveLength(2);
    service.answers(succeeding());

    const answer = await retry(guid, { taskId: 'Task_B' });

    expect(answer).toMatchObject({ isSuccessful: true, message: 'Task retried successfully and process continued.' });
    expect(answer.data).toMatchObject({
      status: 'error',
      retriedTask: { taskId: 'Task_B' },
      error: { taskId: 'Task_A' },
      nextActions: [{ action: 'retry' }, { action: 'skip' }, { action: 'cancel' }],
    });
    const wrong = await retry(guid, { taskId: 'Task_B' });
    expect(wrong).toMatchObject({
      isSuccessful: false,
      statusCode: '99',
      data: { failedTasks: ['Task_A'], currentStatus: 'error' },
    });
    expect(await retry(guid)).toMatchObject({ isSuccessful: true, data: { status: 'completed' } });
  });

  it('says in a dry run what would happen, and changes nothing', async () => {
    const guid = await start('to-the-end');
    const calls = service.calls.length;

    const answer = await retry(guid, { dryRun: true, updatedVariables: { timeout: 1 } });

    expect(answer.data).toMatchObject({
      dryRun: true,
      allowed: true,
      reason: null,
      willExecute: [{ taskId: 'Task_CreditCheck', taskName: 'Perform Credit Check', taskType: 'ServiceTask' }],
      willWaitFor: [],
      willCancel: [],
      willCompensate: [],
      changes: [{ path: '/variables/timeout', before: null, after: 1 }],
      statusAfter: 'running',
    });
    expect(service.calls).toHaveLength(calls);
    expect((await admin.trail(guid)).at(-1)).toMatchObject({ action: 'RetryFailedTask', detail: { dryRun: true } });
  });

  it('executes the task once for twenty simultaneous retries', async () => {
    const guid = await start('to-the-end');
    const calls = service.calls.length;
    service.holds();

    const answers = Array.from({ length: 20 }, () => retry(guid));
    await service.hasCalls(calls + 1);
    const refused = await Promise.all(
      answers.map((answer) => Promise.race([answer, new Promise<null>((resolve) => setTimeout(resolve, 500, null))])),
    );
    service.release();
    const all = await Promise.all(answers);

    expect(refused.filter((answer) => answer === null)).toHaveLength(1);
    expect(all.filter((answer) => answer.isSuccessful)).toHaveLength(1);
    for (const answer of all.filter((each) => !each.isSuccessful)) {
      expect(answer).toMatchObject({
        message: 'Process instance is not in error state. Current state: running',
        data: { currentStatus: 'running' },
      });
    }
    expect(service.calls).toHaveLength(calls + 1);
    expect((await admin.trail(guid)).filter((entry) => entry['action'] === 'RetryFailedTask')).toHaveLength(20);
  });

  it('sends the same Idempotency-Key with every attempt of a visit', async () => {
    const guid = await start('to-the-end');
    await retry(guid);

    const keys = service.calls.slice(-2).map((call) => call.headers['idempotency-key']);
    expect(keys[0]).toMatch(new RegExp(`^${guid}:\\d+$`));
    expect(keys[1]).toBe(keys[0]);
  });

  it('repairs a script that failed on a missing variable', async () => {
    await admin.deploy(
      sequence(
        'script',
        scriptTask('Task_Score', 'if (!context.customerId) throw new Error("validation: no customer"); return 1'),
      ),
    );
    const guid = await start('script');
    expect(field(await admin.state(guid), 'error.errorMessage')).toContain('validation: no customer');

    expect(await retry(guid, { updatedVariables: { customerId: 1 } })).toMatchObject({
      isSuccessful: true,
      data: { status: 'completed' },
    });
  });

  it('keeps the comment, the change and the outcome in the audit trail', async () => {
    const guid = await start('to-the-end');
    await admin.cmd(
      'RetryFailedTaskCommand',
      { instanceGuid: guid, updatedVariables: { timeout: 5 }, comment: 'why' },
      { 'x-correlation-id': 'corr-1' },
    );

    const trail = await admin.trail(guid);
    expect(trail.map((entry) => entry['action'])).toEqual([
      'StartProcessInstance',
      'TaskFailed',
      'RetryFailedTask',
      'TaskFailed',
    ]);
    expect(trail[2]).toMatchObject({
      tenantId: 'default',
      actor: { type: 'user', id: expect.stringMatching(/^token:\d+:admin$/), claimed: null },
      outcome: 'succeeded',
      taskId: 'Task_CreditCheck',
      attempt: 2,
      comment: 'why',
      changes: [{ path: '/variables/timeout', before: null, after: 5 }],
      statusBefore: 'error',
      statusAfter: 'running',
      correlationId: 'corr-1',
    });
  });
});
