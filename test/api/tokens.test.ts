import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ALL_PERMISSIONS } from '../../src/application/access/roles.js';
import { ApiClient, field, type Data, type WireAnswer } from '../e2e/support/api-client.js';
import { startTestServer, type TestServer } from '../e2e/support/test-server.js';
import { JWT_SECRET, signToken } from './support/jwt.js';

let server: TestServer;
let admin: ApiClient;

beforeAll(async () => {
  server = await startTestServer({ REPRISE_JWT_SECRET: JWT_SECRET });
  admin = server.admin;
});

afterAll(async () => {
  await server?.close();
});

const create = (data: object, by = admin): Promise<WireAnswer> => by.cmd('CreateApiTokenCommand', { name: 'robot', ...data });
const clientWith = (answer: WireAnswer, tenant = 'default'): ApiClient =>
  new ApiClient(server.url, String(field(answer, 'token')), tenant);

describe('an API token', () => {
  it('is shown once: in the answer that made it', async () => {
    const answer = await create({ roles: ['viewer'], permissions: ['task:retry'], comment: 'for the night shift' });
    expect(answer.data).toEqual({
      id: expect.any(Number),
      name: 'robot',
      tenants: ['default'],
      roles: ['viewer'],
      permissions: ['task:retry'],
      createdAt: expect.any(String),
      createdBy: expect.stringMatching(/^token:\d+:admin$/),
      expiresAt: null,
      revokedAt: null,
      token: expect.stringMatching(/^rp_[\w-]{43}$/),
    });
    const { token, ...shown } = answer.data as Data;
    const list = await admin.cmd('ListApiTokensQuery');
    expect(field(list, 'items')).toContainEqual(shown);
    const trail = await admin.cmd('GetAuditTrail', { action: ['CreateApiToken'] });
    for (const { text } of [list, trail]) expect(text).not.toContain(String(token));
  });

  it('is not kept for a replay: the same key makes another one', async () => {
    const headers = { 'idempotency-key': 'secret-1' };
    const answers = [
      await admin.cmd('CreateApiToken', { name: 'a', roles: ['viewer'] }, headers),
      await admin.cmd('CreateApiToken', { name: 'a', roles: ['viewer'] }, headers),
    ];
    expect(new Set(answers.map((answer) => field(answer, 'token'))).size).toBe(2);
    expect(answers[1]?.headers['idempotent-replayed']).toBeUndefined();
  });

  it('acts under its name, with its permissions only', async () => {
    const client = clientWith(await create({ name: 'retrier', permissions: ['task:retry'] }));
    expect(await client.cmd('RetryFailedTask', { instanceGuid: 'none' })).toMatchObject({ httpStatus: 200, statusCode: '99' });
    expect(await client.cmd('GetProcessInstanceList')).toMatchObject({
      httpStatus: 403,
      data: { requiredPermission: 'instance:read' },
    });
  });

  it('of the role worker alone is a worker in the trail, under its number and its name', async () => {
    const created = await create({ name: 'w-1', roles: ['worker'] });
    await clientWith(created).cmd('CancelProcessInstance', { instanceGuid: 'none' });
    const actor = `token:${String(field(created, 'id'))}:w-1`;
    const [entry] = field(await admin.cmd('GetAuditTrail', { actor }), 'items') as Data[];
    expect(entry).toMatchObject({ actor: { type: 'worker', id: actor }, outcome: 'refused' });
  });

  it('ends when it expires', async () => {
    const expiresAt = new Date(Date.now() + 1_500).toISOString();
    const client = clientWith(await create({ roles: ['viewer'], expiresAt }));
    expect(await client.cmd('GetProcessInstanceList')).toMatchObject({ httpStatus: 200 });
    while (Date.now() <= Date.parse(expiresAt)) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await client.cmd('GetProcessInstanceList')).toMatchObject({ httpStatus: 401, statusCode: '401', data: null });
  });

  it('ends at once when it is revoked, and can be revoked once', async () => {
    const created = await create({ roles: ['viewer'] });
    const [client, id] = [clientWith(created), field(created, 'id')];
    expect(await client.cmd('GetProcessInstanceList')).toMatchObject({ httpStatus: 200 });
    expect(await admin.cmd('RevokeApiTokenCommand', { id: String(id) })).toMatchObject({ isSuccessful: true, data: { id } });
    expect(await client.cmd('GetProcessInstanceList')).toMatchObject({ httpStatus: 401 });
    expect(await admin.cmd('RevokeApiToken', { id })).toMatchObject({ httpStatus: 200, isSuccessful: false, statusCode: '404' });
  });
});

describe('nobody grants what he has not', () => {
  it.each([
    ['a permission', { permissions: ['task:retry'] }, { missingPermissions: ['task:retry'] }],
    ['a role that holds more', { roles: ['deployer'] }, { missingPermissions: ['definition:write'] }],
    ['everything', { permissions: ['*'] }, { missingPermissions: ['*'] }],
    ['another tenant', { roles: ['viewer'], tenants: ['default', 'other'] }, { foreignTenants: ['other'] }],
  ])('neither %s', async (_what, grant, data) => {
    const token = await signToken({ roles: ['viewer'], permissions: ['token:write'], tenants: ['default', 'other'] });
    const answer = await create(grant, new ApiClient(server.url, token));
    expect(answer).toMatchObject({ httpStatus: 200, isSuccessful: false, statusCode: '99', data });
  });

  it('and the role admin grants all but what reaches beyond its tenant', async () => {
    const chief = new ApiClient(server.url, await signToken({ sub: 'chief', roles: ['admin'], permissions: [] }));
    expect(await create({ roles: ['admin'] }, chief)).toMatchObject({ isSuccessful: true });
    expect(await create({ permissions: [...ALL_PERMISSIONS] }, chief)).toMatchObject({ isSuccessful: true });
    expect(await create({ permissions: ['*'] }, chief)).toMatchObject({ isSuccessful: false, statusCode: '99' });
    expect(await create({ roles: ['viewer'], tenants: ['other'] }, chief)).toMatchObject({
      isSuccessful: false,
      statusCode: '99',
    });
  });
});

describe('tokens of another tenant', () => {
  it('are neither seen nor revoked, and give no access here', async () => {
    const theirs = await create({ name: 'theirs', roles: ['viewer'], tenants: ['other'] });
    const chief = new ApiClient(server.url, await signToken({ roles: ['admin'], permissions: [] }));
    expect((await chief.cmd('ListApiTokens')).text).not.toContain('"theirs"');
    expect(await chief.cmd('RevokeApiToken', { id: field(theirs, 'id') })).toMatchObject({ statusCode: '404' });
    expect(await clientWith(theirs).cmd('GetProcessInstanceList')).toMatchObject({ httpStatus: 403, statusCode: '403' });
    expect(await clientWith(theirs, 'other').cmd('GetProcessInstanceList')).toMatchObject({ httpStatus: 200 });
  });
});

describe('a malformed grant is 400', () => {
  it.each([
    ['nothing', {}, 'data.roles'],
    ['a role that does not exist', { roles: ['boss'] }, 'data.roles'],
    ['a permission that does not exist', { permissions: ['task:retyr'] }, 'data.permissions'],
    ['an end in the past', { roles: ['viewer'], expiresAt: '2001-01-01' }, 'data.expiresAt'],
    ['an end that is none', { roles: ['viewer'], expiresAt: 'soon' }, 'data.expiresAt'],
    ['no name', { name: '', roles: ['viewer'] }, 'data.name'],
  ])('%s', async (_what, data, at) => {
    const answer = await create(data);
    expect(answer).toMatchObject({ httpStatus: 400, statusCode: '40' });
    expect(field(answer, 'errors')).toEqual([expect.objectContaining({ field: at })]);
  });
});
