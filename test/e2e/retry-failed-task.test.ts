import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { field, type ApiClient } from './support/api-client.js';
import { handlerTask, httpTask, sequence, userTask } from './support/models.js';
import { failing, succeeding, TestService } from './support/test-service.js';
import { startTestServer, type TestServer } from './support/test-server.js';

const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/;
const NEXT_ACTIONS = [
  { action: 'retry', label: 'Retry Again', command: 'RetryFailedTaskCommand', allowed: true },
  { action: 'skip', label: 'Skip This Task', command: 'SkipFailedTaskCommand', allowed: true },
  { action: 'cancel', label: 'Cancel Process', command: 'CancelProcessInstanceCommand', allowed: true },
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

  it('refuses a task whose automatic retry is still to come', async () => {
    const guid = await start('with-a-policy');

    expect(await retry(guid)).toMatchObject({
      isSuccessful: false,
      message: 'Process instance is not in error state. Current state: running',
      data: { currentStatus: 'running' },
    });
    expect((await admin.state(guid)).data).toMatchObject({
      status: 'running',
      retrying: { taskId: 'Task_CreditCheck', attemptNumber: 1, nextAttemptAt: expect.stringMatching(ISO) },
    });
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
});
