import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { JWT_SECRET, signToken } from '../api/support/jwt.js';
import { ApiClient, field, type WireAnswer } from './support/api-client.js';
import { handlerTask, sequence } from './support/models.js';
import { startTestServer, type TestServer } from './support/test-server.js';
import { actionsOf, activate, activateOne, deployWork, jobIn, say } from './support/worker-calls.js';

const MIB = 1024 * 1024;

jest.setTimeout(30_000);

let server: TestServer;
let admin: ApiClient;

beforeAll(async () => {
  server = await startTestServer({ REPRISE_JWT_SECRET: JWT_SECRET });
  ({ admin } = server);
});

afterAll(() => server?.close());

describe('a stale or a foreign worker', () => {
  it('that completes twice is refused, and the trail has it', async () => {
    const type = await deployWork(admin);
    const guid = await admin.start(type);
    const job = await activateOne(admin, type);
    await say(admin, 'CompleteJob', job, { variables: { n: 1 } });

    const again = await say(admin, 'CompleteJob', job, { variables: { n: 2 }, worker: 'worker-1' });

    expect(again).toMatchObject({ httpStatus: 200, isSuccessful: false, statusCode: '99', data: { code: 'STALE_ATTEMPT' } });
    expect(field(await admin.state(guid), 'state.variables.n')).toBe(1);
    expect((await admin.trail(guid)).at(-1)).toMatchObject({
      action: 'CompleteJob',
      outcome: 'refused',
      actor: { claimed: 'worker-1' },
      detail: { jobId: job.jobId, token: 1, code: 'STALE_ATTEMPT' },
    });
  });

  it('that changes the attempts of a job that is done is told that nothing is attempted', async () => {
    const type = await deployWork(admin);
    await admin.start(type);
    const job = await activateOne(admin, type);
    await say(admin, 'CompleteJob', job);
    const late = await admin.cmd('UpdateJobRetries', { jobId: job.jobId, retries: 2 });
    expect(late).toMatchObject({
      statusCode: '99',
      message: 'Expected the task of visit 2 to be attempted, but none is. Current state: waiting',
    });
  });

  it('that completes twice under one idempotency key has the same answer twice', async () => {
    const type = await deployWork(admin);
    await admin.start(type);
    const job = await activateOne(admin, type);
    const complete = (): Promise<WireAnswer> =>
      admin.cmd('CompleteJob', { jobId: job.jobId, token: 1 }, { 'idempotency-key': job.correlationId });
    const first = await complete();
    const second = await complete();
    expect([second.text, second.headers['idempotent-replayed'], first.isSuccessful]).toEqual([first.text, 'true', true]);
  });

  it('whose lock ran out loses the job to another, and nothing it says has an effect', async () => {
    const type = await deployWork(admin);
    const guid = await admin.start(type);
    const lost = await activateOne(admin, type, { worker: 'slow', lockDurationMs: 1_000 });

    const taken = await activateOne(admin, type, { worker: 'quick' });

    expect([taken.jobId, taken.token]).toEqual([lost.jobId, 2]);
    for (const command of ['CompleteJob', 'FailJob', 'RecordHeartbeat'])
      expect(await say(admin, command, lost)).toMatchObject({ statusCode: '99', data: { code: 'STALE_ATTEMPT' } });
    expect(await say(admin, 'ThrowBpmnError', lost, { errorCode: 'X' })).toMatchObject({ statusCode: '99' });
    expect(await say(admin, 'CompleteJob', taken)).toMatchObject({ isSuccessful: true });
    const refused = (await actionsOf(admin, guid)).filter((entry) => entry.endsWith('refused'));
    expect(refused).toEqual(['CompleteJob refused', 'FailJob refused', 'ThrowBpmnError refused']);
    expect(await actionsOf(admin, guid)).toContain('AttemptTakenOver succeeded');
  });

  it('that completes after a cancel is refused, and its heartbeat is told to stop', async () => {
    const type = await deployWork(admin);
    const guid = await admin.start(type);
    const job = await activateOne(admin, type);
    await admin.cmd('CancelProcessInstanceCommand', { instanceGuid: guid });

    expect(await say(admin, 'RecordHeartbeat', job)).toMatchObject({ statusCode: '99', data: { cancelRequested: true } });
    expect(await say(admin, 'CompleteJob', job)).toMatchObject({ statusCode: '99', data: { currentStatus: 'cancelled' } });
    expect((await admin.trail(guid)).at(-1)).toMatchObject({ action: 'CompleteJob', outcome: 'refused' });
  });

  it('of another tenant finds the same as where nothing is', async () => {
    const type = await deployWork(admin);
    await admin.start(type);
    const job = await activateOne(admin, type);
    const rival = new ApiClient(server.url, await signToken({ tenants: ['rival'], roles: ['worker'] }), 'rival');
    const none = { ...job, jobId: `${randomUUID()}:2` };
    for (const command of ['CompleteJob', 'FailJob', 'RecordHeartbeat']) {
      const foreign = await say(rival, command, job);
      const missing = await say(rival, command, none);
      expect(foreign.text.replace(job.jobId, '')).toBe(missing.text.replace(none.jobId, ''));
      expect(foreign).toMatchObject({ httpStatus: 200, statusCode: '99', message: `Job '${job.jobId}' not found.` });
    }
    expect(await activate(rival, type, { waitMs: 0 })).toEqual([]);
    expect(await say(admin, 'CompleteJob', job)).toMatchObject({ isSuccessful: true });
  });

  it('takes jobs of the tenants that its token names, and of no other', async () => {
    const type = await deployWork(admin);
    const guid = await admin.start(type);
    const both = new ApiClient(server.url, await signToken({ tenants: ['rival', 'default'], roles: ['worker'] }), 'rival');
    expect(await activate(both, type, { waitMs: 0 })).toEqual([]);
    expect(await activate(both, type, { tenants: ['rival', 'default'] })).toMatchObject([
      { instanceGuid: guid, tenantId: 'default' },
    ]);

    const forbidden = await admin.cmd('ActivateJobs', { types: [type], tenants: ['default', 'rival'] });

    expect(forbidden).toMatchObject({ httpStatus: 403, statusCode: '403', message: expect.stringContaining("'rival'") });
    const { data } = await admin.cmd('GetAuditTrailQuery', { action: ['ActivateJobs'] });
    expect(data).toMatchObject({ items: [{ outcome: 'refused', detail: { httpStatus: 403 } }] });
  });

  it('cannot end an attempt that the server itself executes', async () => {
    const key = `own-${randomUUID()}`;
    await admin.deploy(sequence(key, handlerTask('Task_Own', 'reprise:wait')));
    const guid = String(field(await admin.cmd('StartProcessInstance', { processKey: key, waitMs: 0 }), 'instanceGuid'));
    const guessed = { jobId: `${guid}:2`, token: 1 };
    for (const command of ['CompleteJob', 'FailJob', 'RecordHeartbeat'])
      expect(await admin.cmd(command, guessed)).toMatchObject({ statusCode: '99', data: { code: 'STALE_ATTEMPT' } });
    await admin.reaches(guid, 'completed');
  });

  it('that hands in 10 MiB is refused by the limit of bodies, and still has the job', async () => {
    const type = await deployWork(admin);
    const guid = await admin.start(type);
    const job = await activateOne(admin, type);
    const large = await say(admin, 'CompleteJob', job, { variables: { text: 'x'.repeat(10 * MIB) } });
    expect(large).toMatchObject({ httpStatus: 413, isSuccessful: false, statusCode: '413' });
    expect(jobIn(await admin.state(guid))).toMatchObject({ worker: 'worker-1', lockedUntil: job.lockedUntil });
    expect(await say(admin, 'CompleteJob', job, { variables: { text: 'x' } })).toMatchObject({ isSuccessful: true });
  });

  it.each([
    ['result', 'CompleteJob', {}, { errorCode: 'VARIABLES_TOO_LARGE' }],
    ['error', 'ThrowBpmnError', { errorCode: 'NO_FUNDS' }, { errorCode: 'VARIABLES_TOO_LARGE', caught: false }],
  ])('whose %s makes the variables too large is told so, and a person decides', async (_what, command, data, failure) => {
    const type = await deployWork(admin);
    const guid = await admin.start(type);
    const text = 'x'.repeat(0.9 * MIB);
    for (const name of ['a', 'b', 'c', 'd'])
      await admin.cmd('SetProcessVariables', { instanceGuid: guid, variables: { [name]: text } });
    const job = await activateOne(admin, type, { variables: ['none'] });

    const refused = await say(admin, command, job, { ...data, variables: { e: text } });

    expect(refused).toMatchObject({
      statusCode: '99',
      message: expect.stringContaining('could not be taken'),
      data: { ...failure, status: 'error' },
    });
  });

  it('that asks under an Idempotency-Key gets other jobs each time, and beats each time', async () => {
    const type = await deployWork(admin);
    const guids = [await admin.start(type), await admin.start(type)];
    const under = { 'idempotency-key': `work-${randomUUID()}` };
    const ask = (command: string, data: object): Promise<WireAnswer> => admin.cmd(command, data, under);

    const first = await ask('ActivateJobs', { types: type, maxJobs: 1 });
    const second = await ask('ActivateJobs', { types: type, maxJobs: 1 });

    expect([first, second].map((answer) => field(answer, 'jobs.0.instanceGuid')).sort()).toEqual([...guids].sort());
    const job = { jobId: field(first, 'jobs.0.jobId'), token: field(first, 'jobs.0.token') };
    const before = await ask('RecordHeartbeat', { ...job, lockDurationMs: 10_000 });
    const after = await ask('RecordHeartbeat', { ...job, lockDurationMs: 60_000 });
    expect(String(field(after, 'lockedUntil')) > String(field(before, 'lockedUntil'))).toBe(true);
  });

  it.each([
    ['no job id', { token: 1 }, 'data.jobId'],
    ['a job id without a number', { jobId: 'abc', token: 1 }, 'data.jobId'],
    ['no token', { jobId: 'abc:1' }, 'data.token'],
    ['a token that is no number', { jobId: 'abc:1', token: 'x' }, 'data.token'],
    ['variables that are no object', { jobId: 'abc:1', token: 1, variables: [1] }, 'data.variables'],
    ['a text with a NUL', { jobId: 'abc:1', token: 1, result: ['\u0000'] }, 'data.result'],
    ['a field that does not exist', { jobId: 'abc:1', token: 1, outputs: {} }, 'data.outputs'],
  ])('that says %s is told which field is wrong', async (_what, data, name) => {
    expect(await admin.cmd('CompleteJob', data)).toMatchObject({ httpStatus: 400, data: { errors: [{ field: name }] } });
  });
});
