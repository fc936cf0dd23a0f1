import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { field, type ApiClient, type WireAnswer } from './support/api-client.js';
import { fork, httpTask, sequence, userTask } from './support/models.js';
import { failing, succeeding, TestService } from './support/test-service.js';
import { startTestServer, type TestServer } from './support/test-server.js';

const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/;
const SECONDS = /^\d+\.\ds$/;

let server: TestServer;
let service: TestService;
let admin: ApiClient;

beforeAll(async () => {
  [server, service] = await Promise.all([startTestServer(), new TestService().start()]);
  admin = server.admin;
  await admin.deploy(
    sequence(
      'loan',
      httpTask('Task_Check', 'Check Credit', { ResultVariable: 'credit' }),
      httpTask('Task_Assess', 'Assess Risk', { ResultVariable: 'risk' }),
      userTask('Task_Approve', 'Approve Loan'),
      httpTask('Task_Pay', 'Pay Out'),
    ),
  );
  await admin.deploy(fork('two-branches', httpTask('Task_A', 'A'), httpTask('Task_B', 'B')));
});

afterAll(async () => {
  await Promise.all([server?.close(), service?.stop()]);
});

beforeEach(() => {
  service.answers(succeeding());
  service.calls.length = 0;
});

const start = (processKey = 'loan', more: object = { executionMode: 'Supervised' }): Promise<string> =>
  admin.start(processKey, { serviceUrl: service.url }, more);
const forward = (instanceGuid: string): Promise<WireAnswer> => admin.cmd('StepForwardCommand', { instanceGuid });
const backward = (instanceGuid: string): Promise<WireAnswer> => admin.cmd('StepBackwardCommand', { instanceGuid });
const calledPaths = (): string[] => service.calls.map((call) => call.path);

describe('a supervised process', () => {
  it('stands before its first task, which has not been executed', async () => {
    const guid = await start();
    expect((await admin.state(guid)).data).toMatchObject({
      status: 'waiting',
      executionMode: 'Supervised',
      currentActivityId: 'Task_Check',
      currentTask: { taskId: 'Task_Check', taskName: 'Check Credit', taskType: 'ServiceTask' },
      nextActions: [{ action: 'stepForward' }, { action: 'stepBackward' }, { action: 'cancel' }],
      state: { completedTasks: ['StartEvent'] },
    });
    expect(calledPaths()).toEqual([]);
  });

  it('executes one task with a step forward and stands before the next', async () => {
    const guid = await start();

    const answer = await forward(guid);

    expect(answer).toMatchObject({
      httpStatus: 200,
      isSuccessful: true,
      message: 'Step forward executed successfully. Process waiting at next task.',
      statusCode: '00',
    });
    expect(answer.data).toMatchObject({
      instanceGuid: guid,
      status: 'waiting',
      currentActivityId: 'Task_Assess',
      executionMode: 'Supervised',
      previousTask: {
        taskId: 'Task_Check',
        taskName: 'Check Credit',
        taskType: 'ServiceTask',
        executionTime: expect.stringMatching(SECONDS),
        success: true,
      },
      currentTask: { taskId: 'Task_Assess', taskName: 'Assess Risk', taskType: 'ServiceTask' },
      state: { variables: { credit: { score: 720 } }, completedTasks: ['StartEvent', 'Task_Check'] },
    });
    expect(calledPaths()).toEqual(['/Task_Check']);
  });

  it('stands before the previous task again after a step backward, with the variables of that time', async () => {
    const guid = await start();
    await forward(guid);
    await forward(guid);

    const answer = await backward(guid);

    expect(answer).toMatchObject({
      httpStatus: 200,
      isSuccessful: true,
      message: 'Stepped back to previous task successfully',
      statusCode: '00',
    });
    expect(answer.data).toMatchObject({
      instanceGuid: guid,
      status: 'waiting',
      currentActivityId: 'Task_Assess',
      executionMode: 'Supervised',
      movedFrom: { taskId: 'Task_Approve', taskName: 'Approve Loan' },
      currentTask: {
        taskId: 'Task_Assess',
        taskName: 'Assess Risk',
        taskType: 'ServiceTask',
        previousExecution: {
          executedAt: expect.stringMatching(ISO),
          executionTime: expect.stringMatching(SECONDS),
          success: true,
        },
      },
      state: { variables: { credit: { score: 720 } } },
    });
    expect(answer.data).not.toHaveProperty('state.variables.risk');
    expect(calledPaths()).toEqual(['/Task_Check', '/Task_Assess']);

    await forward(guid);
    expect(calledPaths()).toEqual(['/Task_Check', '/Task_Assess', '/Task_Assess']);
  });

  it('opens a user task by a step, waits for its signal, stands before the next task, and ends by the last step', async () => {
    const guid = await start();
    await forward(guid);
    await forward(guid);
    expect(await admin.cmd('SignalProcessInstanceCommand', { instanceGuid: guid, action: 'approve' })).toMatchObject({
      isSuccessful: false,
      data: { currentStatus: 'waiting' },
    });

    const opened = await forward(guid);

    expect(opened).toMatchObject({ message: 'Step forward executed successfully. Process waiting at next task.' });
    expect(opened.data).toMatchObject({
      status: 'waiting',
      previousTask: { taskId: 'Task_Assess', success: true },
      currentTask: { taskId: 'Task_Approve', taskType: 'UserTask' },
      nextActions: [
        { action: 'approve', label: 'Approve Loan' },
        { action: 'reject', label: 'Reject Loan' },
      ],
    });
    expect(await forward(guid)).toMatchObject({
      isSuccessful: false,
      statusCode: '99',
      data: { waitingTasks: ['Task_Approve'] },
    });
    const signaled = await admin.cmd('SignalProcessInstanceCommand', { instanceGuid: guid, action: 'approve' });
    expect(signaled.data).toMatchObject({ status: 'waiting', currentTask: { taskId: 'Task_Pay' } });
    expect(calledPaths()).not.toContain('/Task_Pay');

    const last = await forward(guid);

    expect(last).toMatchObject({ isSuccessful: true, message: 'Step forward executed successfully. Process completed.' });
    expect(last.data).toMatchObject({ status: 'completed', currentActivityId: null, previousTask: { taskId: 'Task_Pay' } });
  });

  it('says of a step whose task failed that it failed; a retry then stands before the next task', async () => {
    const guid = await start();
    service.answers(failing());

    const failed = await forward(guid);

    expect(failed).toMatchObject({ httpStatus: 200, isSuccessful: false, statusCode: '99' });
    expect(failed.data).toMatchObject({
      status: 'error',
      previousTask: { taskId: 'Task_Check', success: false },
      error: { taskId: 'Task_Check', attemptNumber: 1 },
      nextActions: [{ action: 'retry' }, { action: 'skip' }, { action: 'cancel' }],
    });
    expect(await forward(guid)).toMatchObject({ isSuccessful: false, data: { currentStatus: 'error' } });
    service.answers(succeeding());
    const retried = await admin.cmd('RetryFailedTaskCommand', { instanceGuid: guid });
    expect(retried).toMatchObject({
      isSuccessful: true,
      message: 'Task retried successfully and process continued.',
      data: { status: 'waiting', currentActivityId: 'Task_Assess', currentTask: { taskId: 'Task_Assess' } },
    });
    expect(calledPaths()).toEqual(['/Task_Check', '/Task_Check']);
  });

  it('stands before the next task after a skip', async () => {
    const guid = await start();
    service.answers(failing());
    await forward(guid);
    const skipped = await admin.cmd('SkipFailedTaskCommand', { instanceGuid: guid, additionalData: { credit: 1 } });
    expect(skipped.data).toMatchObject({ status: 'waiting', currentTask: { taskId: 'Task_Assess' } });
    expect(calledPaths()).toEqual(['/Task_Check']);
  });

  it('steps parallel branches one task at a time', async () => {
    const guid = await start('two-branches');
    expect((await forward(guid)).data).toMatchObject({ previousTask: { taskId: 'Task_A' }, currentTask: { taskId: 'Task_B' } });
    expect(calledPaths()).toEqual(['/Task_A']);
    expect((await forward(guid)).data).toMatchObject({ status: 'completed' });
  });

  it('begins one attempt for ten simultaneous steps of one client', async () => {
    const guid = await start();
    service.holds();
    const refused: WireAnswer[] = [];
    const steps = Array.from({ length: 10 }, async () => {
      const answer = await forward(guid);
      if (!answer.isSuccessful && refused.push(answer) === 9) service.release();
      return answer;
    });
    const answers = await Promise.all(steps);
    expect(answers.filter((answer) => answer.isSuccessful)).toHaveLength(1);
    for (const answer of refused) expect(answer.data).toMatchObject({ currentStatus: 'running' });
    expect(calledPaths()).toEqual(['/Task_Check']);
  });

  it('has nothing to step back to before its first task', async () => {
    const guid = await start();
    expect(await backward(guid)).toMatchObject({
      httpStatus: 200,
      isSuccessful: false,
      statusCode: '99',
      data: { currentStatus: 'waiting' },
    });
  });

  it('cannot be stepped while it is paused', async () => {
    const guid = await start();
    await admin.cmd('PauseProcessInstanceCommand', { instanceGuid: guid });
    for (const answer of [await forward(guid), await backward(guid)])
      expect(answer).toMatchObject({ isSuccessful: false, statusCode: '99', data: { currentStatus: 'paused' } });
    expect((await admin.cmd('ResumeProcessInstanceCommand', { instanceGuid: guid })).data).toMatchObject({
      status: 'waiting',
      currentTask: { taskId: 'Task_Check' },
    });
    expect(calledPaths()).toEqual([]);
  });
});

describe('a process that is not supervised', () => {
  it('refuses to be stepped, and says in which mode it is', async () => {
    const guid = await start('loan', {});
    for (const answer of [await forward(guid), await backward(guid)]) {
      expect(answer).toMatchObject({
        httpStatus: 200,
        isSuccessful: false,
        statusCode: '99',
        message: 'Process instance is not in supervised mode. Current mode: Unsupervised',
        data: { currentStatus: 'waiting' },
      });
    }
    expect(field(await admin.state(guid), 'currentActivityId')).toBe('Task_Approve');
  });

  it('that is unknown is not found', async () => {
    for (const answer of [await forward('nobody'), await backward('nobody')])
      expect(answer).toMatchObject({ message: "Process instance 'nobody' not found.", statusCode: '99', data: null });
  });
});
