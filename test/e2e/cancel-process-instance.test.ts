import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { field, type ApiClient } from './support/api-client.js';
import { httpTask, sequence, userTask } from './support/models.js';
import { failing, succeeding, TestService } from './support/test-service.js';
import { startTestServer, type TestServer } from './support/test-server.js';

let server: TestServer;
let service: TestService;
let admin: ApiClient;

beforeAll(async () => {
  [server, service] = await Promise.all([startTestServer(), new TestService().start()]);
  admin = server.admin;
  await admin.deploy(
    sequence('loan', httpTask('Task_CreditCheck', 'Perform Credit Check'), userTask('Task_Approval', 'Approval')),
  );
});

afterAll(async () => {
  await Promise.all([server?.close(), service?.stop()]);
});

beforeEach(() => {
  service.answers(failing());
});

const start = (more: object = {}): Promise<string> => admin.start('loan', { serviceUrl: service.url }, more);
const cancel = (instanceGuid: string, more: object = {}) => admin.cmd('CancelProcessInstanceCommand', { instanceGuid, ...more });

describe('CancelProcessInstanceCommand', () => {
  it('ends an instance in error for good', async () => {
    const guid = await start();

    const answer = await cancel(guid, { reason: 'Customer withdrew', cancelledBy: 'jane@bank' });

    expect(answer).toMatchObject({
      httpStatus: 200,
      isSuccessful: true,
      message: 'Process instance cancelled successfully.',
      statusCode: '00',
    });
    expect(answer.data).toMatchObject({
      instanceGuid: guid,
      status: 'cancelled',
      previousStatus: 'error',
      cancelledBy: 'jane@bank',
      reason: 'Customer withdrew',
      currentActivityId: 'Task_CreditCheck',
      cancelledTasks: ['Task_CreditCheck'],
      cancelledChildren: [],
    });
    for (const command of ['RetryFailedTask', 'SkipFailedTask']) {
      expect(await admin.cmd(command, { instanceGuid: guid })).toMatchObject({
        isSuccessful: false,
        message: 'Process instance is not in error state. Current state: cancelled',
        statusCode: '99',
        data: { currentStatus: 'cancelled' },
      });
    }
    expect(await cancel(guid)).toMatchObject({ isSuccessful: false, statusCode: '99', data: { currentStatus: 'cancelled' } });
    expect((await admin.trail(guid)).find((entry) => entry['action'] === 'CancelProcessInstance')).toMatchObject({
      actor: { type: 'user', id: expect.stringMatching(/^token:\d+:admin$/), claimed: 'jane@bank' },
      comment: 'Customer withdrew',
      statusBefore: 'error',
      statusAfter: 'cancelled',
    });
  });

  it('ends a waiting and a paused instance', async () => {
    service.answers(succeeding());
    const waiting = await start();
    expect(await cancel(waiting)).toMatchObject({ data: { previousStatus: 'waiting', cancelledTasks: ['Task_Approval'] } });
    const paused = await start();
    await admin.cmd('PauseProcessInstanceCommand', { instanceGuid: paused });
    expect(await cancel(paused)).toMatchObject({ data: { previousStatus: 'paused', status: 'cancelled' } });
  });

  it('tells a running attempt to stop, and its late answer changes nothing', async () => {
    service.holds();
    const before = service.calls.length;
    const guid = await start({ waitMs: 0 });
    await service.hasCalls(before + 1);

    expect(await cancel(guid)).toMatchObject({ isSuccessful: true, data: { previousStatus: 'running' } });
    service.release();

    const state = await admin.state(guid);
    expect(state.data).toMatchObject({ status: 'cancelled', currentActivityId: null });
    expect(field(state, 'state.variables')).not.toHaveProperty('Task_CreditCheck_result');
  });

  it('answers a retry that it interrupts with a refusal that says so', async () => {
    const guid = await start();
    service.holds();
    const before = service.calls.length;
    const retried = admin.cmd('RetryFailedTaskCommand', { instanceGuid: guid });
    retried.catch(() => undefined);
    await service.hasCalls(before + 1);
    await cancel(guid);

    expect(await retried).toMatchObject({ isSuccessful: false, statusCode: '99', data: { status: 'cancelled' } });
    service.release();
  });

  it('serialises with a simultaneous retry: one of the two is refused by the state that the other left', async () => {
    for (let round = 0; round < 10; round++) {
      service.answers(succeeding());
      service.answers(failing());
      const guid = await start();
      service.answers(succeeding());
      const [cancelled, retried] = await Promise.all([cancel(guid), admin.cmd('RetryFailedTaskCommand', { instanceGuid: guid })]);
      expect(cancelled.isSuccessful).toBe(true);
      if (!retried.isSuccessful) expect(retried.data).toMatchObject({ currentStatus: 'cancelled' });
      expect((await admin.state(guid)).data).toMatchObject({ status: 'cancelled' });
    }
  });

  it('says in a dry run what would be cancelled', async () => {
    const guid = await start();
    expect((await cancel(guid, { dryRun: true })).data).toMatchObject({
      dryRun: true,
      allowed: true,
      willCancel: [{ taskId: 'Task_CreditCheck' }],
      statusAfter: 'cancelled',
    });
    expect((await admin.state(guid)).data).toMatchObject({ status: 'error' });
  });
});
