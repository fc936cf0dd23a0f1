import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { field, type ApiClient, type WireAnswer } from './support/api-client.js';
import { catchEvent, flow, model, properties, receiveTask, sequence, userTask } from './support/models.js';
import { startTestServer, type TestServer } from './support/test-server.js';

let server: TestServer;
let admin: ApiClient;

beforeAll(async () => {
  server = await startTestServer();
  admin = server.admin;
  await admin.deploy(sequence('receiving', receiveTask('Task_Paid', 'Paid', '${orderId}', { ResultVariable: 'payment' })));
  await admin.deploy(
    sequence(
      'catching',
      userTask('Task_Before', 'Before', 'go:Go'),
      catchEvent('Event_Paid', `${properties({ message: 'Paid', correlationKey: '${orderId}' })}<bpmn:messageEventDefinition />`),
    ),
  );
  await admin.deploy(
    model(
      'started-by-message',
      `<bpmn:startEvent id="StartEvent">${properties({ message: 'Ordered' })}<bpmn:messageEventDefinition /></bpmn:startEvent>
       ${userTask('Task_Check', 'Check').xml}<bpmn:endEvent id="EndEvent" />${flow('f1', 'StartEvent', 'Task_Check')}${flow('f2', 'Task_Check', 'EndEvent')}`,
    ),
  );
  await admin.deploy(
    model(
      'catching-errors',
      `<bpmn:startEvent id="StartEvent" />${receiveTask('Task_Paid', 'Paid', '${orderId}').xml}<bpmn:endEvent id="EndEvent" />
       <bpmn:boundaryEvent id="Refused" attachedToRef="Task_Paid"><bpmn:errorEventDefinition errorRef="Error_Refused" /></bpmn:boundaryEvent>
       <bpmn:endEvent id="End_Refused" />${flow('f1', 'StartEvent', 'Task_Paid')}${flow('f2', 'Task_Paid', 'EndEvent')}${flow('f3', 'Refused', 'End_Refused')}`,
    ).replace('</bpmn:definitions>', '<bpmn:error id="Error_Refused" errorCode="PAYMENT_REFUSED" /></bpmn:definitions>'),
  );
});

afterAll(async () => {
  await server?.close();
});

let orders = 0;
const newOrder = (): string => `order-${++orders}`;
const publish = (correlationKey: string, more: object = {}): Promise<WireAnswer> =>
  admin.cmd('PublishMessageCommand', { name: 'Paid', correlationKey, variables: { amount: 5 }, ...more });
const signal = (data: object): Promise<WireAnswer> => admin.cmd('SignalProcessInstanceCommand', data);
const statusOf = async (guid: string): Promise<unknown> => field(await admin.state(guid), 'status');
const before = async (orderId: string): Promise<string> => admin.start('catching', { orderId });
const goOn = (instanceGuid: string): Promise<WireAnswer> => signal({ instanceGuid, taskId: 'Task_Before' });

describe('PublishMessageCommand', () => {
  it('completes a receive task of the same name and key, and its variables are merged', async () => {
    const orderId = newOrder();
    const [guid, other] = [await admin.start('receiving', { orderId }), await admin.start('receiving', { orderId: newOrder() })];
    expect((await admin.state(guid)).data).toMatchObject({ status: 'waiting', currentTask: { taskType: 'ReceiveTask' } });

    const answer = await publish(orderId);

    expect(answer).toMatchObject({ isSuccessful: true, statusCode: '00', data: { correlated: [guid], buffered: false } });
    expect((await admin.state(guid)).data).toMatchObject({
      status: 'completed',
      state: { variables: { amount: 5, payment: { amount: 5 } } },
    });
    expect(await statusOf(other)).toBe('waiting');
  });

  it('of another name reaches nobody, and says so', async () => {
    const orderId = newOrder();
    const guid = await admin.start('receiving', { orderId });
    expect(await publish(orderId, { name: 'Unpaid' })).toMatchObject({
      isSuccessful: true,
      message: "Message 'Unpaid' published: nobody waits for it.",
      data: { correlated: [], buffered: false },
    });
    expect(await statusOf(guid)).toBe('waiting');
  });

  it('reaches all that wait for it', async () => {
    const orderId = newOrder();
    const guids = [await admin.start('receiving', { orderId }), await admin.start('receiving', { orderId })];
    const answer = await publish(orderId, { timeToLiveMs: 60_000 });
    expect(field(answer, 'correlated')).toEqual(guids);
    expect(field(answer, 'buffered')).toBe(false);
    for (const guid of guids) expect(await statusOf(guid)).toBe('completed');
    // It was taken: nobody who comes later gets it.
    expect(await statusOf(await admin.start('receiving', { orderId }))).toBe('waiting');
  });

  it('is kept for its time to live, and the first who comes to wait takes it', async () => {
    const orderId = newOrder();
    const [first, second] = [await before(orderId), await before(orderId)];
    expect(await publish(orderId, { timeToLiveMs: 60_000 })).toMatchObject({ data: { correlated: [], buffered: true } });

    await goOn(first);
    expect((await admin.reaches(first, 'completed')).data).toMatchObject({ state: { variables: { amount: 5 } } });
    await goOn(second);

    expect(await statusOf(second)).toBe('waiting');
  });

  it('is not delivered after its time to live, nor without one', async () => {
    const orderId = newOrder();
    const guid = await before(orderId);
    const answer = await publish(orderId, { timeToLiveMs: 1 });
    expect(field(answer, 'buffered')).toBe(true);
    await publish(orderId);
    await new Promise((resolve) => setTimeout(resolve, 20)); // its time passes
    await goOn(guid);
    expect(await statusOf(guid)).toBe('waiting');
    await publish(orderId);
    expect(await statusOf(guid)).toBe('completed');
  });

  it('for one who waits, a hundred times at once, is consumed once', async () => {
    const orderId = newOrder();
    const guid = await admin.start('receiving', { orderId });
    const answers = await Promise.all(Array.from({ length: 100 }, (_, n) => publish(orderId, { variables: { n } })));
    expect(answers.flatMap((answer) => field(answer, 'correlated'))).toEqual([guid]);
    const winner = answers.findIndex((answer) => (field(answer, 'correlated') as string[]).length > 0);
    expect(field(await admin.state(guid), 'state.variables.n')).toBe(winner);
  });

  it('starts the processes whose start event it is', async () => {
    const answer = await admin.cmd('PublishMessageCommand', {
      name: 'Ordered',
      variables: { item: 'book' },
      timeToLiveMs: 60_000,
    });
    const [guid] = field(answer, 'correlated') as string[];
    expect(field(answer, 'buffered')).toBe(false);
    expect((await admin.state(guid ?? '')).data).toMatchObject({
      processKey: 'started-by-message',
      status: 'waiting',
      currentTask: { taskId: 'Task_Check' },
      state: { variables: { item: 'book' } },
    });
  });

  it('is kept by a paused instance and delivered at its resume', async () => {
    const orderId = newOrder();
    const guid = await admin.start('receiving', { orderId });
    await admin.cmd('PauseProcessInstanceCommand', { instanceGuid: guid });
    expect(field(await publish(orderId), 'correlated')).toEqual([guid]);
    expect((await admin.state(guid)).data).toMatchObject({ status: 'paused', currentActivityId: 'Task_Paid' });
    expect(field(await publish(orderId, { variables: { amount: 6 } }), 'correlated')).toEqual([]);

    const resumed = await admin.cmd('ResumeProcessInstanceCommand', { instanceGuid: guid });

    expect(resumed.data).toMatchObject({ status: 'completed', state: { variables: { amount: 5 } } });
  });
});

describe('SignalProcessInstanceCommand', () => {
  it('finds what waits by the instance', async () => {
    const guid = await admin.start('receiving', { orderId: newOrder() });
    const answer = await signal({ instanceGuid: guid, callbackData: { amount: 7 } });
    expect(answer).toMatchObject({ isSuccessful: true, message: 'Process signaled successfully.', statusCode: '00' });
    expect(answer.data).toMatchObject({ status: 'completed', state: { variables: { amount: 7, payment: { amount: 7 } } } });
  });

  it('finds what waits by its correlation key, and says of an unknown key that nobody waits', async () => {
    const orderId = newOrder();
    const guid = await admin.start('receiving', { orderId });
    const answer = await signal({ correlationKey: orderId, signalPayload: { amount: 8 } });
    expect(answer.data).toMatchObject({ instanceGuid: guid, status: 'completed', state: { variables: { amount: 8 } } });
    expect(await signal({ correlationKey: orderId })).toMatchObject({ httpStatus: 200, isSuccessful: false, statusCode: '99' });
  });

  it('takes signalData as JSON text', async () => {
    const guid = await admin.start('receiving', { orderId: newOrder() });
    const answer = await signal({ instanceGuid: guid, signalData: '{"amount":9,"note":"ü"}' });
    expect(field(answer, 'state.variables')).toMatchObject({ amount: 9, note: 'ü' });
  });

  it.each([
    [{ signalData: '{"amount":' }, 'data.signalData'],
    [{ signalData: '[1]' }, 'data.signalData'],
    [{ signalData: '{"__proto__":{}}' }, 'data.signalData'],
    [{ signalData: '{}', callbackData: {} }, 'data.signalData'],
    [{ correlationKey: 'order-1' }, 'data.correlationKey'],
  ])('refuses %j with the name of the field', async (data, name) => {
    const guid = await admin.start('receiving', { orderId: newOrder() });
    const answer = await signal({ instanceGuid: guid, ...data });
    expect(answer).toMatchObject({ httpStatus: 400, statusCode: '40' });
    expect((field(answer, 'errors') as { field: string }[]).map((error) => error.field)).toContainEqual(
      expect.stringContaining(name),
    );
    expect(await statusOf(guid)).toBe('waiting');
  });

  it('refuses an action that the model does not declare, and names those it does', async () => {
    const guid = await before(newOrder());
    expect(await signal({ instanceGuid: guid, action: 'stop' })).toMatchObject({
      httpStatus: 200,
      isSuccessful: false,
      statusCode: '99',
      data: { allowed: ['go'] },
    });
    expect(field(await admin.state(guid), 'currentTask.taskId')).toBe('Task_Before');
  });

  it('keeps the action for gateways, and who claims to act in the audit trail', async () => {
    const guid = await before(newOrder());
    const answer = await signal({ instanceGuid: guid, action: 'go', currentUser: 'mary', comment: 'looks good' });
    expect(field(answer, 'state.variables')).toMatchObject({ lastUserAction: 'go', lastUserTaskResult: { action: 'go' } });
    await signal({ instanceGuid: guid });
    const trail = (await admin.trail(guid)).filter((entry) => entry['action'] === 'SignalProcessInstance');
    expect(trail).toMatchObject([
      {
        actor: { type: 'user', id: expect.stringMatching(/^token:\d+:admin$/), claimed: 'mary' },
        taskId: 'Task_Before',
        comment: 'looks good',
        detail: { action: 'go' },
      },
      { actor: { id: expect.stringMatching(/^token:\d+:admin$/), claimed: 'system' }, taskId: 'Event_Paid' },
    ]);
  });

  it('by a hundred clients at once completes a task once', async () => {
    const guid = await admin.start('receiving', { orderId: newOrder() });
    const answers = await Promise.all(Array.from({ length: 100 }, () => signal({ instanceGuid: guid })));
    expect(answers.filter((answer) => answer.isSuccessful)).toHaveLength(1);
    for (const answer of answers) expect(answer.isSuccessful || answer.data?.['currentStatus'] === 'completed').toBe(true);
  });
});

describe('ReturnCallbackCommand', () => {
  const callback = (data: object): Promise<WireAnswer> => admin.cmd('ReturnCallbackCommand', data);

  it('completes the task that registered the key, with the results in its result variable', async () => {
    const orderId = newOrder();
    const guid = await admin.start('receiving', { orderId });
    const answer = await callback({ correlationKey: orderId, results: { amount: 10 }, isFailed: false });
    expect(answer).toMatchObject({ isSuccessful: true, statusCode: '00' });
    expect(answer.data).toMatchObject({
      instanceGuid: guid,
      status: 'completed',
      state: { variables: { payment: { amount: 10 } } },
    });
  });

  it('with isFailed puts the task in error; retry waits again, and skip goes on', async () => {
    const orderId = newOrder();
    const guid = await admin.start('receiving', { orderId });

    const failed = await callback({ correlationKey: orderId, isFailed: true, errorMessage: 'bank is closed' });

    expect(failed).toMatchObject({ isSuccessful: true, statusCode: '00' });
    expect(failed.data).toMatchObject({
      status: 'error',
      error: { taskId: 'Task_Paid', errorMessage: 'bank is closed', errorCode: 'CALLBACK_FAILED', attemptNumber: 1 },
    });
    expect(await callback({ correlationKey: orderId })).toMatchObject({ isSuccessful: false, statusCode: '99' });
    expect(await admin.cmd('RetryFailedTaskCommand', { instanceGuid: guid })).toMatchObject({
      isSuccessful: true,
      message: 'Task retried successfully and process continued.',
      data: { status: 'waiting', currentActivityId: 'Task_Paid' },
    });
    await callback({ correlationKey: orderId, isFailed: true, errorMessage: 'still closed' });
    expect(field(await admin.state(guid), 'error.attemptNumber')).toBe(2);
    expect(await admin.cmd('SkipFailedTaskCommand', { instanceGuid: guid })).toMatchObject({ data: { status: 'completed' } });
  });

  it('with isFailed and a code takes the error boundary event for it', async () => {
    const orderId = newOrder();
    await admin.start('catching-errors', { orderId });
    const answer = await callback({
      correlationKey: orderId,
      isFailed: true,
      errorCode: 'PAYMENT_REFUSED',
      errorMessage: 'no cover',
    });
    expect(answer.data).toMatchObject({
      status: 'completed',
      state: {
        variables: { _lastError: { errorCode: 'PAYMENT_REFUSED', errorMessage: 'no cover' } },
        completedTasks: ['StartEvent', 'Refused', 'End_Refused'],
      },
    });
  });

  it.each([[{ childInstanceId: 'a', correlationKey: 'b' }], [{}], [{ results: { a: 1 } }]])('refuses %j', async (data) => {
    expect(await callback(data)).toMatchObject({
      httpStatus: 400,
      statusCode: '40',
      data: { errors: [{ field: expect.any(String), message: expect.any(String) }] },
    });
  });

  it('of a child says that nobody waits for it', async () => {
    expect(await callback({ childInstanceId: 'unknown' })).toMatchObject({
      httpStatus: 200,
      isSuccessful: false,
      statusCode: '99',
    });
  });
});
