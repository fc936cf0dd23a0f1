import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { field, type ApiClient } from './support/api-client.js';
import { httpTask, model, scriptTask, sequence, userTask } from './support/models.js';
import { failing, TestService } from './support/test-service.js';
import { startTestServer, type TestServer } from './support/test-server.js';

let server: TestServer;
let service: TestService;
let admin: ApiClient;

const creditCheck = httpTask('Task_CreditCheck', 'Perform Credit Check', { OutputMapping: '{"creditScore":"score"}' });

beforeAll(async () => {
  [server, service] = await Promise.all([startTestServer(), new TestService().start()]);
  admin = server.admin;
  await admin.deploy(sequence('to-a-person', creditCheck, userTask('Task_Approval', 'Approval')));
  await admin.deploy(
    sequence(
      'to-a-script',
      creditCheck,
      scriptTask('Task_AssessRisk', 'return context.creditScore >= 700 ? "low" : "high"', { ResultVariable: 'risk' }),
    ),
  );
  await admin.deploy(sequence('to-another-failure', creditCheck, httpTask('Task_Second', 'Second')));
  await admin.deploy(
    model(
      'gateway',
      `<bpmn:startEvent id="s" /><bpmn:exclusiveGateway id="Gateway_Choice" name="Choice" />${userTask('Task_Left', 'Left').xml}${userTask('Task_Right', 'Right').xml}
       <bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="Gateway_Choice" />
       <bpmn:sequenceFlow id="f2" sourceRef="Gateway_Choice" targetRef="Task_Left"><bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">\${amount > 10}</bpmn:conditionExpression></bpmn:sequenceFlow>
       <bpmn:sequenceFlow id="f3" sourceRef="Gateway_Choice" targetRef="Task_Right"><bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">\${amount &lt; 5}</bpmn:conditionExpression></bpmn:sequenceFlow>`,
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
  admin.start(processKey, { serviceUrl: service.url, ...variables });
const skip = (instanceGuid: string, more: object = {}) => admin.cmd('SkipFailedTaskCommand', { instanceGuid, ...more });

describe('SkipFailedTaskCommand', () => {
  it('passes over the task with a stated result', async () => {
    const guid = await start('to-a-script');

    const answer = await skip(guid, { additionalData: { creditScore: 710 }, comment: 'From the paper file' });

    expect(answer).toMatchObject({
      isSuccessful: true,
      message: 'Task skipped successfully and process continued.',
      statusCode: '00',
    });
    expect(answer.data).toMatchObject({
      status: 'completed',
      currentActivityId: null,
      skippedTask: {
        taskId: 'Task_CreditCheck',
        taskName: 'Perform Credit Check',
        previousAttempts: 1,
        skipComment: 'From the paper file',
      },
      state: {
        variables: { creditScore: 710, risk: 'low' },
        completedTasks: ['StartEvent', 'Task_AssessRisk', 'EndEvent'],
        skippedTasks: ['Task_CreditCheck'],
      },
    });
    expect(answer.data).not.toHaveProperty('result');
    expect(answer.data).not.toHaveProperty('warnings');
  });

  it.each(['additionalData', 'updatedVariables', 'outputs'])('takes the result as %s', async (name) => {
    const answer = await skip(await start('to-a-script'), { [name]: { creditScore: 1 } });
    expect(field(answer, 'state.variables')).toMatchObject({ creditScore: 1, risk: 'high' });
  });

  it('says that the process waits for a person', async () => {
    const answer = await skip(await start('to-a-person'));

    expect(answer).toMatchObject({
      isSuccessful: true,
      message: 'Task skipped successfully. Process waiting at next UserTask.',
      statusCode: '00',
    });
    expect(answer.data).toMatchObject({
      status: 'waiting',
      currentTask: { taskId: 'Task_Approval', taskType: 'UserTask' },
      nextActions: [
        { action: 'approve', label: 'Approve Loan' },
        { action: 'reject', label: 'Reject Loan' },
      ],
    });
  });

  it('warns of a variable that a later task reads and nobody has written', async () => {
    const answer = await skip(await start('to-a-script'));

    expect(answer.isSuccessful).toBe(true);
    expect(field(answer, 'warnings')).toEqual([
      expect.objectContaining({ variable: 'creditScore', readBy: ['Task_AssessRisk'] }),
    ]);
  });

  it('is done even when a later task fails, and says so', async () => {
    const answer = await skip(await start('to-another-failure'), { additionalData: { creditScore: 1 } });

    expect(answer).toMatchObject({ isSuccessful: true, statusCode: '00' });
    expect(answer.data).toMatchObject({
      status: 'error',
      error: { taskId: 'Task_Second' },
      nextActions: [{ action: 'retry' }, { action: 'skip' }, { action: 'cancel' }],
    });
  });

  it('needs toActivityId at a gateway that found no way out, and refuses a wrong one with the allowed ones', async () => {
    const guid = await start('gateway', { amount: 7 });
    expect(field(await admin.state(guid), 'error')).toMatchObject({ taskId: 'Gateway_Choice', errorCode: 'NO_FLOW_TAKEN' });

    for (const toActivityId of [undefined, 'Task_Nowhere']) {
      expect(await skip(guid, { toActivityId })).toMatchObject({
        isSuccessful: false,
        statusCode: '99',
        data: { allowed: ['Task_Left', 'Task_Right'] },
      });
    }
    expect(await skip(guid, { toActivityId: 'Task_Right' })).toMatchObject({
      isSuccessful: true,
      data: { status: 'waiting', currentActivityId: 'Task_Right' },
    });
  });

  it('refuses an instance that is not in error', async () => {
    const guid = await start('to-a-person');
    await skip(guid);

    expect(await skip(guid)).toMatchObject({
      isSuccessful: false,
      message: 'Process instance is not in error state. Current state: waiting',
      statusCode: '99',
      data: { currentStatus: 'waiting' },
    });
    expect(await skip('nobody')).toMatchObject({ message: "Process instance 'nobody' not found.", data: null });
  });

  it('says in a dry run what would happen, and changes nothing', async () => {
    const guid = await start('to-a-person');
    const answer = await skip(guid, { dryRun: true, additionalData: { creditScore: 5 } });

    expect(answer.data).toMatchObject({
      dryRun: true,
      allowed: true,
      willExecute: [],
      willWaitFor: [{ taskId: 'Task_Approval', taskType: 'UserTask' }],
      statusAfter: 'waiting',
    });
    expect((await admin.state(guid)).data).toMatchObject({ status: 'error' });
  });
});
