import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { field, type ApiClient } from './support/api-client.js';
import { handlerTask, httpTask, model, scriptTask, sequence, userTask } from './support/models.js';
import { failing, succeeding, TestService } from './support/test-service.js';
import { startTestServer, type TestServer } from './support/test-server.js';

const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/;
const NEXT_ACTIONS = [
  { action: 'retry', label: 'Retry Again', command: 'RetryFailedTaskCommand' },
  { action: 'skip', label: 'Skip This Task', command: 'SkipFailedTaskCommand' },
  { action: 'cancel', label: 'Cancel Process', command: 'CancelProcessInstanceCommand' },
];

let server: TestServer;
let service: TestService;
let admin: ApiClient;

const creditCheck = httpTask('Task_CreditCheck', 'Perform Credit Check', { OutputMapping: '{"creditScore":"score"}' });

beforeAll(async () => {
  [server, service] = await Promise.all([startTestServer(), new TestService().start()]);
  admin = server.admin;
  await admin.deploy(sequence('to-the-end', creditCheck));
  await admin.deploy(sequence('to-a-person', creditCheck, userTask('Task_ApprovalDecision', 'Loan Approval Decision')));
  await admin.deploy(sequence('to-a-long-task', creditCheck, handlerTask('Task_AssessRisk', 'reprise:wait')));
  await admin.deploy(
    sequence('with-a-policy', httpTask('Task_CreditCheck', 'Perform Credit Check', { Retries: '1', retryBackoff: '600000' })),
  );
  await admin.deploy(
    model(
      'two-branches',
      `<bpmn:startEvent id="s" /><bpmn:parallelGateway id="fork" />${httpTask('Task_A', 'A').xml}${httpTask('Task_B', 'B').xml}
       <bpmn:parallelGateway id="join" /><bpmn:endEvent id="e" />
       <bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="fork" /><bpmn:sequenceFlow id="f2" sourceRef="fork" targetRef="Task_A" />
       <bpmn:sequenceFlow id="f3" sourceRef="fork" targetRef="Task_B" /><bpmn:sequenceFlow id="f4" sourceRef="Task_A" targetRef="join" />
       <bpmn:sequenceFlow id="f5" sourceRef="Task_B" targetRef="join" /><bpmn:sequenceFlow id="f6" sourceRef="join" targetRef="e" />`,
    ),
  );
});

afterAll(async () => {
  await Promise.all([server?.close(), service?.stop()]);
});

beforeEach(() => {
  service.answers(failing());
});

const start = (processKey: string, variables: object = {}): Promise<string> =>
  admin.start(processKey, { serviceUrl: service.url, loanId: 789, ...variables });
const retry = (instanceGuid: string, more: object = {}) => admin.cmd('RetryFailedTaskCommand', { instanceGuid, ...more });

describe('RetryFailedTaskCommand', () => {
  it('answers (a) when the task succeeds and the process is at a later task a second after', async () => {
    const guid = await start('to-a-long-task', { delayMs: 60_000 });
    service.answers(succeeding());
    const before = Date.now();

    const answer = await retry(guid, {
      updatedVariables: { timeout: 30000, retryAttempt: 2 },
      comment: 'Network timeout on first attempt',
    });

    expect(Date.now() - before).toBeGreaterThanOrEqual(900);
    expect(answer).toMatchObject({
      httpStatus: 200,
      isSuccessful: true,
      message: 'Task retried successfully and process continued.',
      statusCode: '00',
    });
    expect(answer.data).toMatchObject({
      instanceGuid: guid,
      status: 'running',
      currentActivityId: 'Task_AssessRisk',
      retriedTask: {
        taskId: 'Task_CreditCheck',
        taskName: 'Perform Credit Check',
        previousAttempts: 1,
        retriedAt: expect.stringMatching(ISO),
        retryComment: 'Network timeout on first attempt',
      },
      result: { message: 'Task execution successful', taskExecutionTime: expect.any(Number), waiting: false },
      state: {
        variables: { loanId: 789, creditScore: 720, timeout: 30000, retryAttempt: 2 },
        currentNode: 'Task_AssessRisk',
        completedTasks: ['StartEvent', 'Task_CreditCheck'],
      },
    });
    expect(Number.isInteger(field(answer, 'result.taskExecutionTime'))).toBe(true);
    await admin.cmd('CancelProcessInstanceCommand', { instanceGuid: guid });
  });

  it('answers (b) when the task fails again', async () => {
    const guid = await start('to-the-end');

    const answer = await retry(guid);

    expect(answer).toMatchObject({ httpStatus: 200, isSuccessful: false, message: 'Task retry failed.', statusCode: '99' });
    expect(answer.data).toMatchObject({
      instanceGuid: guid,
      status: 'error',
      error: {
        taskId: 'Task_CreditCheck',
        taskName: 'Perform Credit Check',
        errorMessage: 'Credit bureau API still unavailable - 503 Service Unavailable',
        attemptNumber: 2,
        lastAttemptAt: expect.stringMatching(ISO),
      },
    });
    expect(field(answer, 'nextActions')).toEqual(NEXT_ACTIONS);
  });

  it('answers (c) when the process then waits for a person', async () => {
    const guid = await start('to-a-person');
    service.answers(succeeding());

    const answer = await retry(guid);

    expect(answer).toMatchObject({
      isSuccessful: true,
      message: 'Task retried successfully. Process waiting at next UserTask.',
      statusCode: '00',
    });
    expect(answer.data).toMatchObject({
      status: 'waiting',
      currentActivityId: 'Task_ApprovalDecision',
      retriedTask: { taskId: 'Task_CreditCheck', taskName: 'Perform Credit Check', retriedAt: expect.stringMatching(ISO) },
      currentTask: { taskId: 'Task_ApprovalDecision', taskName: 'Loan Approval Decision', taskType: 'UserTask' },
      state: { variables: { creditScore: 720 } },
    });
    expect(field(answer, 'nextActions')).toEqual([
      { action: 'approve', label: 'Approve Loan' },
      { action: 'reject', label: 'Reject Loan' },
    ]);
  });

  it('answers (d) when the process is completed by it', async () => {
    const guid = await start('to-the-end');
    service.answers(succeeding());

    const answer = await retry(guid);

    expect(answer).toMatchObject({
      isSuccessful: true,
      message: 'Task retried successfully and process continued.',
      statusCode: '00',
    });
    expect(answer.data).toMatchObject({
      status: 'completed',
      currentActivityId: null,
      state: { currentNode: null, completedTasks: ['StartEvent', 'Task_CreditCheck', 'EndEvent'] },
    });
  });

  it('answers (e) when the attempt outlasts waitMs, and the attempt goes on', async () => {
    const guid = await start('to-the-end');
    service.holds();

    const answer = await retry(guid, { waitMs: 50 });

    expect(answer).toMatchObject({ isSuccessful: true, message: 'Task retry started.', statusCode: '00' });
    expect(answer.data).toMatchObject({
      status: 'running',
      result: { message: expect.any(String), taskExecutionTime: null, waiting: true },
    });
    service.release();
    await admin.reaches(guid, 'completed');
  });

  it('answers (f) when the attempt fails and its policy has attempts left', async () => {
    const guid = await start('with-a-policy');
    await admin.cmd('CancelProcessInstanceCommand', { instanceGuid: guid });
    const second = await start('with-a-policy');
    expect((await admin.state(second)).data).toMatchObject({
      status: 'running',
      retrying: { taskId: 'Task_CreditCheck', attemptNumber: 1 },
    });
    // The automatic retry is ten minutes off; its budget is used up by a person's retry only when it has failed for good.
    const refusedYet = await retry(second);
    expect(refusedYet.message).toBe('Process instance is not in error state. Current state: running');
  });

  it('answers (f) with the time of the next attempt after attempts: "reset"', async () => {
    await admin.deploy(
      sequence('with-a-quick-policy', httpTask('Task_CreditCheck', 'Perform Credit Check', { Retries: '1', retryBackoff: '30' })),
    );
    const guid = await start('with-a-quick-policy');
    await admin.reaches(guid, 'error');
    await admin.cmd('SetProcessVariablesCommand', { instanceGuid: guid, variables: { ready: true } });

    const answer = await retry(guid, { attempts: 'reset' });

    expect(answer).toMatchObject({ isSuccessful: true, message: 'Task retry started.', statusCode: '00' });
    expect(answer.data).toMatchObject({
      status: 'running',
      result: { waiting: true, taskExecutionTime: null, nextAttemptAt: expect.stringMatching(ISO) },
    });
    const failed = await admin.reaches(guid, 'error');
    expect(field(failed, 'error.attemptNumber')).toBe(4);
  });

  it('refuses an instance that is not in error, with its state', async () => {
    service.answers(succeeding());
    const guid = await start('to-a-person');

    const answer = await retry(guid);

    expect(answer).toMatchObject({
      httpStatus: 200,
      isSuccessful: false,
      message: 'Process instance is not in error state. Current state: waiting',
      statusCode: '99',
      data: { currentStatus: 'waiting' },
    });
  });

  it('says of an unknown instance that it is not found', async () => {
    const answer = await retry('invalid-guid');

    expect(JSON.parse(answer.text)).toEqual({
      isSuccessful: false,
      message: "Process instance 'invalid-guid' not found.",
      statusCode: '99',
      data: null,
    });
  });

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
      nextActions: NEXT_ACTIONS,
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
      changes: [{ path: '/variables/timeout', after: 1 }],
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
      actor: { type: 'user', id: 'admin', claimed: null },
      outcome: 'succeeded',
      taskId: 'Task_CreditCheck',
      attempt: 2,
      comment: 'why',
      changes: [{ path: '/variables/timeout', after: 5 }],
      statusBefore: 'error',
      statusAfter: 'running',
      correlationId: 'corr-1',
    });
  });
});
