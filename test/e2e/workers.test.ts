import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { field, type ApiClient } from './support/api-client.js';
import { flow, handlerTask, model, userTask } from './support/models.js';
import { startTestServer, type TestServer } from './support/test-server.js';
import { actionsOf, activate, activateOne, deployWork, jobIn, say } from './support/worker-calls.js';

jest.setTimeout(30_000);

let server: TestServer;
let admin: ApiClient;

beforeAll(async () => {
  server = await startTestServer();
  ({ admin } = server);
});

afterAll(() => server?.close());

describe('work that the server cannot do itself', () => {
  it('is a job: the start answers at once, the state shows it, a worker takes it and the process goes on', async () => {
    const type = await deployWork(admin, { Purpose: 'loan' });
    const began = performance.now();
    const started = await admin.cmd('StartProcessInstance', {
      processKey: type,
      businessKey: 'B-1',
      variables: { amount: 5, by: 'x' },
    });
    expect(performance.now() - began).toBeLessThan(5_000);
    const guid = String(field(started, 'instanceGuid'));
    expect(started.data).toMatchObject({ status: 'running', currentActivityId: 'Task_Work' });
    expect(jobIn(started)).toEqual({ type, worker: null, lockedUntil: null, heartbeatAt: null });

    const job = await activateOne(admin, type, { worker: 'billing-1', variables: ['amount', 'missing'], lockDurationMs: 30_000 });

    expect(job).toMatchObject({
      jobId: `${guid}:2`,
      token: 1,
      type,
      tenantId: 'default',
      instanceGuid: guid,
      processKey: type,
      definitionVersion: 1,
      businessKey: 'B-1',
      elementInstanceId: 2,
      taskId: 'Task_Work',
      taskName: 'Task_Work',
      attempt: 1,
      retriesLeft: 0,
      timeoutMs: null,
      heartbeatTimeoutMs: null,
      heartbeatDetails: null,
      variables: { amount: 5 },
      config: { properties: { Purpose: 'loan' }, headers: {} },
      idempotencyKey: `${guid}:2`,
      correlationId: `${guid}:2:1`,
    });
    const left = Date.parse(job.lockedUntil) - Date.now();
    expect([left > 15_000, left <= 30_000]).toEqual([true, true]);
    expect(jobIn(await admin.state(guid))).toMatchObject({ type, worker: 'billing-1', lockedUntil: job.lockedUntil });
    expect(await activate(admin, type, { waitMs: 0 })).toEqual([]);

    const completed = await say(admin, 'CompleteJob', job, { variables: { paid: true } });

    expect(completed).toMatchObject({
      isSuccessful: true,
      message: 'Job completed.',
      data: { taskId: 'Task_Work', status: 'waiting' },
    });
    const state = await admin.state(guid);
    expect(field(state, 'state.variables')).toEqual({ amount: 5, by: 'x', paid: true, lastServiceResult: { paid: true } });
    expect(await actionsOf(admin, guid)).toEqual(['StartProcessInstance succeeded', 'CompleteJob succeeded']);
  });

  it('is written to its result variable once, whichever way the worker says it', async () => {
    const type = await deployWork(admin, { ResultVariable: 'score' });
    const variablesAfter = async (said: object): Promise<unknown> => {
      const guid = await admin.start(type);
      await say(admin, 'CompleteJob', await activateOne(admin, type), said);
      return field(await admin.state(guid), 'state.variables');
    };
    expect(await variablesAfter({ variables: { score: 7 } })).toEqual({ score: 7 });
    expect(await variablesAfter({ result: 7, variables: { other: 1 } })).toEqual({ score: 7, other: 1 });
    expect(await variablesAfter({ variables: { other: 1 } })).toEqual({ score: { other: 1 }, other: 1 });
    expect(await variablesAfter({})).toEqual({ score: {} });
  });

  it('is known by the names that other products have for it', async () => {
    const type = await deployWork(admin);
    await admin.start(type);
    const asked = { topics: [type], workerId: 'w', maxTasks: 1, lockDuration: 5_000, requestTimeout: 0 };
    const [job] = (await admin.cmd('ActivateJobsCommand', asked)).data?.['jobs'] as { jobId: string }[];

    expect(await admin.cmd('CompleteJob', { jobKey: job?.jobId, attempt: 1, workerId: 'w' })).toMatchObject({
      isSuccessful: true,
    });
  });

  it('that a person retries is waited for like every other task', async () => {
    const type = await deployWork(admin);
    const guid = await admin.start(type);
    await say(admin, 'FailJob', await activateOne(admin, type), { errorMessage: 'no luck' });
    await admin.reaches(guid, 'error');

    const retried = admin.cmd('RetryFailedTaskCommand', { instanceGuid: guid });
    const job = await activateOne(admin, type);
    expect(job.token).toBe(2);
    await say(admin, 'CompleteJob', job, { variables: { done: true } });

    expect(await retried).toMatchObject({
      isSuccessful: true,
      data: { status: 'waiting', retriedTask: { previousAttempts: 1 } },
    });
    const again = await admin.start(type);
    await say(admin, 'FailJob', await activateOne(admin, type));
    const late = await admin.cmd('RetryFailedTaskCommand', { instanceGuid: again, waitMs: 50 });
    expect(late).toMatchObject({ message: 'Task retry started.', data: { result: { waiting: true } } });
  });
});

describe('a process that is paused or lost', () => {
  it('says so by the heartbeat, keeps what the worker does, and hands out nothing meanwhile', async () => {
    const type = await deployWork(admin);
    const guid = await admin.start(type);
    const queued = await admin.start(type);
    const job = await activateOne(admin, type);
    const before = await say(admin, 'RecordHeartbeat', job, { lockDurationMs: 90_000 });
    expect(before).toMatchObject({ data: { cancelRequested: false, pauseRequested: false } });
    expect(Date.parse(String(field(before, 'lockedUntil')))).toBeGreaterThan(Date.parse(job.lockedUntil));
    for (const instanceGuid of [guid, queued]) await admin.cmd('PauseProcessInstance', { instanceGuid });

    expect(await say(admin, 'RecordHeartbeat', job)).toMatchObject({ data: { pauseRequested: true, status: 'paused' } });
    expect(await activate(admin, type, { waitMs: 0 })).toEqual([]);
    expect(await say(admin, 'CompleteJob', job)).toMatchObject({ isSuccessful: true, data: { status: 'paused' } });
    for (const instanceGuid of [guid, queued]) await admin.cmd('ResumeProcessInstance', { instanceGuid });

    expect(field(await admin.state(guid), 'status')).toBe('waiting');
    expect((await activateOne(admin, type)).instanceGuid).toBe(queued);
  });

  it('is an incident after three workers in a row that never answered', async () => {
    const type = await deployWork(admin);
    const guid = await admin.start(type);
    for (let token = 1; token <= 3; token++)
      expect((await activateOne(admin, type, { worker: `silent-${token}`, lockDurationMs: 1_000 })).token).toBe(token);

    const state = await admin.reaches(guid, 'error');

    expect(state.data).toMatchObject({ error: { errorCode: 'ATTEMPTS_LOST', outcome: 'unknown', attemptNumber: 3 } });
    expect(await activate(admin, type, { waitMs: 0 })).toEqual([]);
  });

  it('gives the next attempt what the last heartbeat said', async () => {
    const type = await deployWork(admin);
    await admin.start(type);
    const first = await activateOne(admin, type);
    await say(admin, 'RecordHeartbeat', first, { details: { row: 40 } });
    await say(admin, 'RecordHeartbeat', first);
    await say(admin, 'FailJob', first, { retries: 1, retryDelayMs: 0 });

    expect(await activateOne(admin, type)).toMatchObject({ token: 2, heartbeatDetails: { row: 40 }, retriesLeft: 0 });
  });
});

describe('a job that fails', () => {
  it("with retries 0 or as not retryable is a person's, whatever the policy says", async () => {
    const type = await deployWork(admin, { Retries: '5', retryBackoff: '1' });
    for (const said of [{ retries: 0 }, { nonRetryable: true }]) {
      const guid = await admin.start(type);
      const job = await activateOne(admin, type);
      expect(job.retriesLeft).toBe(5);
      const failed = await say(admin, 'FailJob', job, {
        ...said,
        errorMessage: 'card stolen',
        errorCode: 'STOLEN',
        details: { card: 4 },
      });
      expect(failed).toMatchObject({ isSuccessful: true, data: { status: 'error', errorCode: 'STOLEN', nextAttemptAt: null } });
      const { data } = await admin.state(guid);
      expect(data).toMatchObject({ error: { errorMessage: 'card stolen', errorCode: 'STOLEN', details: { card: 4 } } });
    }
  });

  it('with a delay comes again after it, without one after the delay of its policy', async () => {
    const type = await deployWork(admin, { Retries: '5', retryBackoff: '600000' });
    await admin.start(type);
    const job = await activateOne(admin, type);
    const failedAt = Date.now();
    const failed = await say(admin, 'FailJob', job, { retryDelayMs: 300 });
    const nextAt = Date.parse(String(field(failed, 'nextAttemptAt')));
    expect(nextAt - failedAt).toBeGreaterThanOrEqual(300);
    expect(failed.data).toMatchObject({ decision: { action: 'retry' }, status: 'running' });

    const again = await activateOne(admin, type);

    expect(again.token).toBe(2);
    expect(Date.now()).toBeGreaterThanOrEqual(nextAt);
    const slow = await say(admin, 'FailJob', again);
    expect(Date.parse(String(field(slow, 'nextAttemptAt'))) - Date.now()).toBeGreaterThan(500_000);
  });

  it('has as many attempts left as an operator says', async () => {
    const type = await deployWork(admin);
    const guid = await admin.start(type);
    const job = await activateOne(admin, type);
    expect(await admin.cmd('UpdateJobRetries', { jobId: job.jobId, retries: 2 })).toMatchObject({ isSuccessful: true });
    await say(admin, 'FailJob', job);
    const last = await activateOne(admin, type);
    await say(admin, 'FailJob', last);
    await admin.reaches(guid, 'error');
    expect(await admin.trail(guid)).toContainEqual(expect.objectContaining({ action: 'UpdateJobRetries', outcome: 'succeeded' }));
  });

  it('with a modelled error takes its boundary event; without one a person decides', async () => {
    const type = `work-${randomUUID()}`;
    const catching = model(
      type,
      `<bpmn:startEvent id="StartEvent" />${handlerTask('Task_Work', type).xml}<bpmn:endEvent id="EndEvent" />
       <bpmn:boundaryEvent id="Caught" attachedToRef="Task_Work"><bpmn:errorEventDefinition errorRef="Error_1" /></bpmn:boundaryEvent>
       ${userTask('Task_Manual', 'Manual').xml}<bpmn:endEvent id="End_Manual" />${flow('f1', 'StartEvent', 'Task_Work')}
       ${flow('f2', 'Task_Work', 'EndEvent')}${flow('f3', 'Caught', 'Task_Manual')}${flow('f4', 'Task_Manual', 'End_Manual')}`,
    ).replace('<bpmn:process', '<bpmn:error id="Error_1" errorCode="NO_FUNDS" /><bpmn:process');
    await admin.deploy(catching);
    const guid = await admin.start(type);
    const thrown = await say(admin, 'ThrowBpmnError', await activateOne(admin, type), {
      errorCode: 'NO_FUNDS',
      variables: { missing: 9 },
    });
    expect(thrown).toMatchObject({ isSuccessful: true, data: { caught: true, status: 'waiting' } });
    const { data } = await admin.state(guid);
    expect(data).toMatchObject({ currentTask: { taskId: 'Task_Manual' }, state: { variables: { missing: 9 } } });

    await admin.start(type);
    const uncaught = await say(admin, 'ThrowBpmnError', await activateOne(admin, type), {
      errorCode: 'OTHER',
      errorMessage: 'odd',
    });
    expect(uncaught).toMatchObject({ isSuccessful: true, data: { caught: false, status: 'error', errorMessage: 'odd' } });
  });
});
