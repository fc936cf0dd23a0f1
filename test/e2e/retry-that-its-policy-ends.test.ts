import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { field, type ApiClient, type WireAnswer } from './support/api-client.js';
import { flow, model, userTask } from './support/models.js';
import { HTTP, policy, withExtensions } from './support/recovering.js';
import { failing, TestService } from './support/test-service.js';
import { startTestServer, type TestServer } from './support/test-server.js';

let server: TestServer;
let service: TestService;
let admin: ApiClient;

beforeAll(async () => {
  [server, service] = await Promise.all([startTestServer(), new TestService().start()]);
  admin = server.admin;
});

afterAll(async () => {
  await Promise.all([server?.close(), service?.stop()]);
});

beforeEach(() => {
  service.answers(failing(404));
});

/** The first failure is permanent, and so for a person; those of the retry are for the policy, which ends the task in its way. */
async function retried(id: string, onExhausted: string): Promise<WireAnswer> {
  const rule = '<reprise:rule httpStatus="404" action="fail" />';
  const task = withExtensions(HTTP, policy(`attempts="1" ${onExhausted}`, rule));
  const xml = [
    '<bpmn:startEvent id="Start" /><bpmn:endEvent id="End" />',
    task.xml,
    '<bpmn:boundaryEvent id="Caught" attachedToRef="Task_1"><bpmn:errorEventDefinition /></bpmn:boundaryEvent>',
    userTask('Task_2', 'Two').xml,
    userTask('Task_3', 'Three').xml,
    flow('F1', 'Start', 'Task_1') + flow('F2', 'Task_1', 'Task_2') + flow('F3', 'Caught', 'Task_3'),
    flow('F4', 'Task_2', 'End') + flow('F5', 'Task_3', 'End'),
  ];
  await admin.deploy(model(id, xml.join('')));
  const guid = await admin.start(id, { serviceUrl: service.url });
  await admin.reaches(guid, 'error');
  service.answers(failing(503));
  return admin.cmd('RetryFailedTaskCommand', { instanceGuid: guid });
}

describe('a retry that fails, and whose policy ends the task', () => {
  it.each([
    ['skip', 'onExhausted="skip"', 'Task retry failed. Its retry policy skipped the task, and the process continued.', 'Task_2'],
    [
      'complete',
      'onExhausted="complete"',
      'Task retry failed. Its retry policy completed the task with stated outputs, and the process continued.',
      'Task_2',
    ],
    [
      'throw',
      'onExhausted="throw" errorCode="DOWN"',
      'Task retry failed. Its retry policy threw a BPMN error, which was caught, and the process continued.',
      'Task_3',
    ],
  ])('says so: %s', async (decision, onExhausted, message, next) => {
    const answer = await retried(`ends-by-${decision}`, onExhausted);

    expect(answer).toMatchObject({ isSuccessful: true, statusCode: '00', message });
    expect(answer.data).toMatchObject({
      status: 'waiting',
      currentTask: { taskId: next },
      result: { message: expect.stringMatching(/^Task execution failed: /), decision, errorCode: 'HTTP_503', waiting: true },
    });
    const skipped = field(answer, 'state.skippedTasks');
    expect(skipped).toEqual(decision === 'skip' ? ['Task_1'] : []);
  });
});
