import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { allRequests } from '../../src/application/requests/api-request.js';
import { ApiClient, field, type Data, type WireAnswer } from '../e2e/support/api-client.js';
import { handlerTask, sequence, userTask } from '../e2e/support/models.js';
import { startTestServer, type TestServer } from '../e2e/support/test-server.js';
import { JWT_SECRET, signToken } from './support/jwt.js';

let server: TestServer;
let admin: ApiClient;
let requests = 0;

beforeAll(async () => {
  server = await startTestServer({ REPRISE_JWT_SECRET: JWT_SECRET, REPRISE_TEST_CLOCK: 'true' });
  admin = server.admin;
  await admin.deploy(sequence('failing', handlerTask('Task_Fail', 'reprise:fail-unless')));
  await admin.deploy(sequence('waiting', userTask('Task_Wait', 'Wait')));
});

afterAll(async () => {
  await server?.close();
});

/** Sends the command, and gives the entries that it left. */
async function entriesOf(client: ApiClient, cmd: string, data: object): Promise<[WireAnswer, Data[]]> {
  const correlationId = `request-${++requests}`;
  const answer = await client.cmd(cmd, data, { 'x-correlation-id': correlationId });
  const items = field(await admin.cmd('GetAuditTrail', { pageSize: 100 }), 'items') as Data[];
  return [
    answer,
    items.filter((entry) => entry['correlationId'] === correlationId && (entry['actor'] as Data)['type'] !== 'system'),
  ];
}

describe('an entry of the trail', () => {
  it('has these keys', async () => {
    const instanceGuid = await admin.start('failing', { timeout: 5 });
    const headers = { 'x-correlation-id': 'keys-1', 'idempotency-key': 'key-1' };
    const data = { instanceGuid, updatedVariables: { timeout: 9, ok: true }, comment: 'once more' };
    await admin.cmd('RetryFailedTaskCommand', data, headers);
    const trail = await admin.trail(instanceGuid);
    const entry = trail.find(({ action }) => action === 'RetryFailedTask');
    expect(entry).toEqual({
      id: expect.any(Number),
      tenantId: 'default',
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      actor: { type: 'user', id: expect.stringMatching(/^token:\d+:admin$/), claimed: null },
      action: 'RetryFailedTask',
      outcome: 'succeeded',
      instanceGuid,
      processKey: 'failing',
      taskId: 'Task_Fail',
      attempt: 2,
      comment: 'once more',
      changes: [
        { path: '/variables/timeout', before: 5, after: 9 },
        { path: '/variables/ok', before: null, after: true },
      ],
      statusBefore: 'error',
      statusAfter: 'running',
      durationMs: expect.any(Number),
      correlationId: 'keys-1',
      idempotencyKey: 'key-1',
      detail: { elementInstanceId: 2 },
    });
  });

  it('names the principal, and beside it whom the client claims to be', async () => {
    const instanceGuid = await admin.start('waiting');
    await admin.cmd('CancelProcessInstance', { instanceGuid, cancelledBy: 'somebody', reason: 'no need' });
    expect((await admin.trail(instanceGuid)).at(-1)).toMatchObject({
      action: 'CancelProcessInstance',
      actor: { type: 'user', id: expect.stringMatching(/^token:\d+:admin$/), claimed: 'somebody' },
      comment: 'no need',
      statusBefore: 'waiting',
      statusAfter: 'cancelled',
    });
  });
});

describe('every command leaves one entry', () => {
  const COMMANDS: readonly [cmd: string, processKey: string, done: object, refused: object | null][] = [
    ['RetryFailedTask', 'failing', { updatedVariables: { ok: true } }, {}],
    ['SkipFailedTask', 'failing', {}, {}],
    ['CancelProcessInstance', 'waiting', {}, {}],
    ['PauseProcessInstance', 'waiting', {}, {}],
    ['ResumeProcessInstance', 'paused', {}, {}],
    ['SignalProcessInstance', 'waiting', { action: 'approve' }, {}],
    ['SetProcessVariables', 'waiting', { variables: { a: 1 } }, { variables: { a: 2 }, expectedVersion: 0 }],
    ['StepForward', 'supervised', {}, null],
  ];

  async function instanceFor(kind: string): Promise<string> {
    if (kind === 'supervised') return admin.start('waiting', {}, { executionMode: 'Supervised' });
    const guid = await admin.start(kind === 'paused' ? 'waiting' : kind);
    if (kind === 'paused') await admin.cmd('PauseProcessInstance', { instanceGuid: guid });
    return guid;
  }

  it.each(COMMANDS)('%s: done, and refused by the state', async (cmd, kind, done, refused) => {
    const instanceGuid = await instanceFor(kind);
    const [answer, entries] = await entriesOf(admin, cmd, { instanceGuid, ...done });
    expect(answer).toMatchObject({ isSuccessful: true });
    expect(entries).toEqual([expect.objectContaining({ action: cmd, outcome: 'succeeded', instanceGuid })]);
    if (refused === null) return;
    const [again, others] = await entriesOf(admin, cmd, { instanceGuid, ...refused });
    expect(again).toMatchObject({ httpStatus: 200, isSuccessful: false, statusCode: '99' });
    expect(others).toEqual([expect.objectContaining({ action: cmd, outcome: 'refused', instanceGuid })]);
  });

  it('also those on definitions and tokens, done or not', async () => {
    const bpmnXml = sequence('audited', userTask('A', 'A'));
    const [created] = await entriesOf(admin, 'CreateProcessDefinition', { bpmnXml });
    const id = field(created, 'id');
    const [token] = await entriesOf(admin, 'CreateApiToken', { name: 'x', roles: ['viewer'] });
    const expected: [string, object, string][] = [
      ['CreateProcessDefinition', { bpmnXml: '<x />' }, 'refused'],
      ['UpdateProcessDefinition', { id, description: 'd' }, 'succeeded'],
      ['UpdateProcessDefinition', { id, name: 'failing' }, 'refused'],
      ['RenameProcessDefinition', { id, newName: 'B' }, 'succeeded'],
      ['RenameProcessDefinition', { id: 99_999, newName: 'C' }, 'refused'],
      ['StartProcessInstance', { id }, 'succeeded'],
      ['StartProcessInstance', { id, version: 2 }, 'refused'],
      ['StartProcessInstance', { processKey: 'nobody' }, 'refused'],
      ['UpdateProcessDefinition', { id, isActive: false }, 'succeeded'],
      ['StartProcessInstance', { id }, 'refused'],
      ['DeleteProcessDefinition', { id }, 'refused'],
      ['PublishMessage', { name: 'nobody waits', correlationKey: 'k' }, 'succeeded'],
      ['CreateApiToken', { name: 'y', roles: ['deployer'], tenants: ['another'] }, 'succeeded'],
      ['RevokeApiToken', { id: field(token, 'id') }, 'succeeded'],
      ['RevokeApiToken', { id: field(token, 'id') }, 'refused'],
      ['AdvanceClock', { by: 'PT1S' }, 'succeeded'],
    ];
    for (const [action, data, outcome] of expected) {
      const [, entries] = await entriesOf(admin, action, data);
      expect([action, data, entries.map((entry) => [entry['action'], entry['outcome']])]).toEqual([
        action,
        data,
        [[action, outcome]],
      ]);
    }
  });

  it('when it is malformed (400), whatever command it is', async () => {
    for (const { name } of allRequests().filter(({ kind }) => kind === 'command')) {
      const [answer, entries] = await entriesOf(admin, name, { noSuchField: 1 });
      expect([name, answer.httpStatus, entries.map(({ outcome }) => outcome)]).toEqual([name, 400, ['refused']]);
    }
  });

  it('when it is forbidden (403), whatever command it is', async () => {
    const viewer = new ApiClient(server.url, await signToken({ sub: 'vera', permissions: [], roles: ['viewer'] }));
    const instanceGuid = await admin.start('failing');
    for (const { name } of allRequests().filter(({ kind }) => kind === 'command')) {
      const [answer, entries] = await entriesOf(viewer, name, { instanceGuid });
      expect([name, answer.httpStatus]).toEqual([name, 403]);
      expect(entries).toEqual([
        expect.objectContaining({
          action: name.replace('Command', ''),
          outcome: 'refused',
          instanceGuid,
          actor: expect.objectContaining({ id: 'vera' }),
        }),
      ]);
    }
  });

  it('when it asks for a tenant of others: in the trail of its own', async () => {
    const stranger = new ApiClient(server.url, await signToken({ sub: 'sam', tenant: 'sams' }), 'default');
    const own = new ApiClient(server.url, stranger.token, 'sams');
    expect(await stranger.cmd('CancelProcessInstance', { instanceGuid: 'x' })).toMatchObject({ httpStatus: 403 });
    expect(field(await own.cmd('GetAuditTrail'), 'items')).toEqual([
      expect.objectContaining({
        action: 'CancelProcessInstance',
        outcome: 'refused',
        tenantId: 'sams',
        detail: expect.objectContaining({ requestedTenant: 'default' }),
      }),
    ]);
  });

  it('but not queries, nor what nobody known has sent', async () => {
    const [, read] = await entriesOf(admin, 'GetProcessInstanceList', { noSuchField: 1 });
    const [answer, sent] = await entriesOf(new ApiClient(server.url, 'nobody'), 'CancelProcessInstance', { instanceGuid: 'x' });
    expect([answer.httpStatus, read, sent]).toEqual([401, [], []]);
  });
});
