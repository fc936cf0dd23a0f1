import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { ApiClient, field } from '../e2e/support/api-client.js';
import { handlerTask, sequence, userTask } from '../e2e/support/models.js';
import { startTestServer, type TestServer } from '../e2e/support/test-server.js';

let server: TestServer;
let admin: ApiClient;

beforeAll(async () => {
  server = await startTestServer({ REPRISE_BODY_LIMIT_BYTES: '20000' });
  admin = server.admin;
  await admin.deploy(sequence('simple', userTask('Task_Wait', 'Wait')));
  await admin.deploy(sequence('failing', handlerTask('Task_Fail', 'reprise:fail-unless')));
});

afterAll(async () => {
  await server?.close();
});

describe('the command endpoint', () => {
  it.each([
    ['its alias path', '/api/bpm/cmd', { cmd: 'StartProcessInstanceCommand', data: { processKey: 'simple' } }],
    ['Cmd and Data', '/api/core/cmd', { Cmd: 'StartProcessInstanceCommand', Data: { processKey: 'simple' } }],
    ['a name without suffix', '/api/core/cmd', { cmd: 'StartProcessInstance', data: { processKey: 'simple' } }],
  ])('accepts %s', async (_what, path, body) => {
    const response = await request(server.url)
      .post(path)
      .set({ authorization: `Bearer ${admin.token}`, 'x-tenant-id': 'default' })
      .send(body);
    expect(response.status).toBe(200);
    expect(response.body).toMatchObject({ isSuccessful: true, statusCode: '00', data: { status: 'waiting' } });
  });

  it.each(['instanceGuid', 'instanceId', 'processInstanceId'])('takes an instance as %s', async (name) => {
    const guid = await admin.start('simple');
    expect(await admin.cmd('GetProcessInstanceState', { [name]: guid })).toMatchObject({
      isSuccessful: true,
      data: { instanceGuid: guid },
    });
  });

  it("accepts the original's misspelling of Definition", async () => {
    expect(await admin.cmd('GetProcessDefinitiionListQuery')).toMatchObject({ isSuccessful: true, statusCode: '00' });
  });

  it.each([
    ['an empty body', '', ''],
    ['no JSON', 'nonsense', ''],
    ['an array', '[]', ''],
    ['no command', '{}', 'cmd'],
    ['an unknown command', '{"cmd":"RetryFaildTaskCommand"}', 'cmd'],
    ['data that is no object', '{"cmd":"RetryFailedTaskCommand","data":[]}', 'data'],
    [
      'a number that JSON readers would change',
      '{"cmd":"GetProcessInstanceState","data":{"instanceGuid":12345678901234567890}}',
      '',
    ],
  ])('refuses %s with 400 and says what was expected', async (_what, body, at) => {
    const answer = await admin.post(body);
    expect(answer).toMatchObject({ httpStatus: 400, isSuccessful: false, statusCode: '40' });
    expect(field(answer, 'errors')).toEqual([{ field: at, code: expect.any(String), message: expect.any(String) }]);
  });

  it('suggests the command that was meant', async () => {
    expect((await admin.cmd('RetryFaildTask')).message).toContain('Did you mean RetryFailedTaskCommand?');
  });

  it('names every invalid field at once', async () => {
    const answer = await admin.cmd('RetryFailedTaskCommand', {
      updatedVariables: 'x',
      comment: 5,
      waitMs: 120_001,
      keepVariables: 'never',
      dryRn: true,
    });
    expect(answer).toMatchObject({ httpStatus: 400, isSuccessful: false, statusCode: '40' });
    const errors = field(answer, 'errors') as { field: string; code: string; message: string }[];
    expect(errors.find(({ code }) => code === 'unknown')?.message).toMatch(
      /^There is no field 'dryRn' in data, but there are: .*dryRun/,
    );
    expect(errors.map((error) => [error.field, error.code]).sort()).toEqual([
      ['data.comment', 'type'],
      ['data.dryRn', 'unknown'],
      ['data.instanceGuid', 'required'],
      ['data.keepVariables', 'choice'],
      ['data.updatedVariables', 'type'],
      ['data.waitMs', 'max'],
    ]);
  });

  it.each([
    ['__proto__', '{"__proto__":{"admin":true}}'],
    ['constructor', '{"a":{"constructor":1}}'],
    ['prototype', '{"a":[{"prototype":1}]}'],
    ['NUL', '{"a":"\\u0000"}'],
    ['half a surrogate pair', '{"a":"\\ud800"}'],
    ['a key of 257 characters', JSON.stringify({ ['k'.repeat(257)]: 1 })],
    ['33 levels', `${'{"a":'.repeat(33)}1${'}'.repeat(33)}`],
  ])('refuses variables with %s', async (_what, variables) => {
    const answer = await admin.post(`{"cmd":"StartProcessInstance","data":{"processKey":"simple","variables":${variables}}}`);
    expect(answer).toMatchObject({ httpStatus: 400, statusCode: '40' });
    expect(field(answer, 'errors')).toEqual([expect.objectContaining({ field: 'data.variables' })]);
  });

  it('answers 413 to a body over the limit, in the envelope', async () => {
    expect(
      await admin.cmd('StartProcessInstance', { processKey: 'simple', variables: { text: 'x'.repeat(30_000) } }),
    ).toMatchObject({ httpStatus: 413, isSuccessful: false, statusCode: '413' });
  });

  it('answers 404 to an unknown path, in the envelope', async () => {
    expect(await admin.get('/api/nothing')).toMatchObject({
      httpStatus: 404,
      isSuccessful: false,
      statusCode: '404',
      data: null,
    });
  });

  it('returns the correlation id that it got, or a new one', async () => {
    expect((await admin.cmd('GetProcessDefinitionList', {}, { 'x-correlation-id': 'abc-1' })).headers['x-correlation-id']).toBe(
      'abc-1',
    );
    expect(
      (await admin.cmd('GetProcessDefinitionList', {}, { 'x-correlation-id': 'bad id\u0001'.replace('\u0001', '') })).headers[
        'x-correlation-id'
      ],
    ).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('access', () => {
  it.each([
    ['no token', {}],
    ['a wrong token', { authorization: 'Bearer wrong' }],
    ['another scheme', { authorization: 'Basic YTpi' }],
  ])('is refused with 401 for %s', async (_what, headers) => {
    const response = await request(server.url)
      .post('/api/core/cmd')
      .set({ 'x-tenant-id': 'default', ...headers })
      .send({ cmd: 'GetProcessDefinitionList' });
    expect(response.status).toBe(401);
    expect(response.body).toMatchObject({ isSuccessful: false, statusCode: '401', data: null });
  });

  it('is refused with 403 where the tenant is missing or not one of the token', async () => {
    const missing = await request(server.url)
      .post('/api/core/cmd')
      .set({ authorization: `Bearer ${admin.token}` })
      .send({ cmd: 'GetProcessDefinitionList' });
    expect(missing.status).toBe(403);
    expect(missing.body.message).toContain('X-Tenant-ID');
    expect(await new ApiClient(server.url, admin.token, 'another').cmd('GetProcessDefinitionList')).toMatchObject({
      httpStatus: 403,
      statusCode: '403',
    });
  });

  it('is refused with 403 and the permission where a role lacks it, and the refusal is in the trail', async () => {
    const created = await admin.cmd('CreateApiTokenCommand', { name: 'a viewer', roles: ['viewer'] });
    const viewer = new ApiClient(server.url, String(field(created, 'token')));
    const guid = await admin.start('failing');

    expect(await viewer.state(guid)).toMatchObject({ isSuccessful: true });
    const answer = await viewer.cmd('RetryFailedTaskCommand', { instanceGuid: guid });

    expect(answer).toMatchObject({
      httpStatus: 403,
      isSuccessful: false,
      statusCode: '403',
      data: { requiredPermission: 'task:retry' },
    });
    expect((await admin.trail(guid)).at(-1)).toMatchObject({
      action: 'RetryFailedTask',
      outcome: 'refused',
      actor: { id: expect.stringMatching(/^token:\d+:a viewer$/) },
    });
  });

  it('ends with the revocation of an API token', async () => {
    const created = await admin.cmd('CreateApiTokenCommand', { name: 'short-lived', roles: ['viewer'] });
    const client = new ApiClient(server.url, String(field(created, 'token')));
    expect(await client.cmd('GetProcessDefinitionList')).toMatchObject({ httpStatus: 200 });
    expect(JSON.stringify((await admin.cmd('ListApiTokensQuery')).data)).not.toContain(client.token);

    expect(await admin.cmd('RevokeApiTokenCommand', { id: field(created, 'id') })).toMatchObject({ isSuccessful: true });

    expect(await client.cmd('GetProcessDefinitionList')).toMatchObject({ httpStatus: 401 });
  });
});

describe('an idempotency key', () => {
  it('gives the first answer byte for byte, and one effect', async () => {
    const guid = await admin.start('failing');
    const headers = { 'idempotency-key': 'k-1' };
    const first = await admin.cmd('RetryFailedTaskCommand', { instanceGuid: guid }, headers);
    const again = await admin.cmd('RetryFailedTaskCommand', { instanceGuid: guid }, headers);

    expect(first.headers['idempotent-replayed']).toBeUndefined();
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect(again.text).toBe(first.text);
    expect(field(await admin.state(guid), 'error.attemptNumber')).toBe(2);
  });

  it('is one effect for simultaneous requests', async () => {
    const guid = await admin.start('failing');
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => admin.cmd('RetryFailedTaskCommand', { instanceGuid: guid, idempotencyKey: 'k-2' })),
    );
    expect(new Set(answers.map((answer) => answer.text)).size).toBe(1);
    expect(answers.filter((answer) => answer.headers['idempotent-replayed'] === undefined)).toHaveLength(1);
    expect(field(await admin.state(guid), 'error.attemptNumber')).toBe(2);
  });

  it('is refused with 409 for another body', async () => {
    const guid = await admin.start('failing');
    await admin.cmd('RetryFailedTaskCommand', { instanceGuid: guid }, { 'idempotency-key': 'k-3' });
    expect(
      await admin.cmd('RetryFailedTaskCommand', { instanceGuid: guid, comment: 'other' }, { 'idempotency-key': 'k-3' }),
    ).toMatchObject({ httpStatus: 409, isSuccessful: false, statusCode: '409', data: null });
  });

  it('is free again after a request that was malformed', async () => {
    const guid = await admin.start('failing');
    expect(
      await admin.cmd('RetryFailedTaskCommand', { instanceGuid: guid, waitMs: -1 }, { 'idempotency-key': 'k-4' }),
    ).toMatchObject({ httpStatus: 400 });
    expect(await admin.cmd('RetryFailedTaskCommand', { instanceGuid: guid }, { 'idempotency-key': 'k-4' })).toMatchObject({
      httpStatus: 200,
      statusCode: '99',
    });
  });
});
