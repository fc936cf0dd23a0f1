import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { ApiClient, field } from '../e2e/support/api-client.js';
import { sequence, userTask } from '../e2e/support/models.js';
import { startTestServer, type TestServer } from '../e2e/support/test-server.js';

let server: TestServer;
let admin: ApiClient;

beforeAll(async () => {
  server = await startTestServer();
  admin = server.admin;
  await admin.deploy(sequence('simple', userTask('Task_Wait', 'Wait')));
});

afterAll(async () => {
  await server?.close();
});

/** Status line and body that the server answers to these very bytes, until it closes the connection. */
async function send(...lines: readonly string[]): Promise<{ readonly status: number; readonly body: unknown }> {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  await once(socket, 'close');
  const [head = '', body = ''] = text.split('\r\n\r\n', 2);
  expect(head.toLowerCase()).toContain('content-type: application/json; charset=utf-8');
  expect(head.toLowerCase()).toMatch(/^x-correlation-id: \S+/m);
  return { status: Number(head.split(' ')[1]), body: JSON.parse(body) as unknown };
}

describe('what is no HTTP request is answered in the envelope', () => {
  it.each([
    ['a NUL in a header', 400, '40', ['POST /api/core/cmd HTTP/1.1', 'Host: a', 'Idempotency-Key: a\u0000b']],
    ['an unknown method', 400, '40', ['FOO /api/core/cmd HTTP/1.1', 'Host: a']],
    ['nonsense', 400, '40', ['nonsense']],
    ['headers over the limit', 431, '431', ['GET / HTTP/1.1', 'Host: a', `X-Long: ${'a'.repeat(20_000)}`]],
  ])('%s', async (_what, status, statusCode, lines) => {
    const answer = await send(...lines);
    expect(answer).toEqual({
      status,
      body: { isSuccessful: false, message: expect.stringContaining('Expected'), statusCode, data: null },
    });
  });
});

describe('other methods', () => {
  it.each(['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND'])(
    '%s of the endpoint is 404 in the envelope',
    async (method) => {
      const response = await fetch(`${server.url}/api/core/cmd`, { method });
      expect(response.status).toBe(404);
      expect(await response.json()).toEqual({
        isSuccessful: false,
        message: `There is nothing at ${method} /api/core/cmd. Commands go to POST /api/core/cmd.`,
        statusCode: '404',
        data: null,
      });
    },
  );

  it('HEAD has the same status and no body', async () => {
    const response = await request(server.url).head('/api/core/cmd');
    expect([response.status, response.text]).toEqual([404, undefined]);
    expect((await request(server.url).head('/health/live')).status).toBe(200);
  });
});

describe('values that cannot be stored', () => {
  it.each([
    ['a NUL in a guid', { cmd: 'RetryFailedTask', data: { instanceGuid: 'a\u0000' } }, 'data.instanceGuid'],
    ['half a pair in a comment', { cmd: 'RetryFailedTask', data: { instanceGuid: 'a', comment: '\ud800' } }, 'data.comment'],
    [
      'a NUL in the idempotency key',
      { cmd: 'RetryFailedTask', data: { instanceGuid: 'a', idempotencyKey: '\u0000' } },
      'data.idempotencyKey',
    ],
    ['a NUL in a process key', { cmd: 'StartProcessInstance', data: { processKey: '\u0000' } }, 'data.processKey'],
    [
      'a NUL in a business key',
      { cmd: 'StartProcessInstance', data: { processKey: 'simple', businessKey: '\u0000' } },
      'data.businessKey',
    ],
    [
      'a NUL in a context id',
      { cmd: 'StartProcessInstance', data: { processKey: 'simple', contextId: '\u0000' } },
      'data.contextId',
    ],
    ['a NUL in a message name', { cmd: 'PublishMessage', data: { name: '\u0000', correlationKey: 'k' } }, 'data.name'],
    [
      'a NUL in a correlation key',
      { cmd: 'PublishMessage', data: { name: 'n', correlationKey: '\u0000' } },
      'data.correlationKey',
    ],
    ['a NUL in a definition name', { cmd: 'CreateProcessDefinition', data: { name: '\u0000', bpmnXml: 'x' } }, 'data.name'],
    ['a NUL in a filter', { cmd: 'GetAuditTrail', data: { text: '\u0000' } }, 'data.text'],
    ['a NUL in a list', { cmd: 'GetAuditTrail', data: { action: ['\u0000'] } }, 'data.action'],
    ['a NUL in a cursor', { cmd: 'GetAuditTrail', data: { cursor: '\u0000' } }, 'data.cursor'],
    ['a NUL in a token name', { cmd: 'CreateApiToken', data: { name: '\u0000', roles: ['viewer'] } }, 'data.name'],
  ])('are 400: %s', async (_what, body, at) => {
    const answer = await admin.post(body);
    expect(answer).toMatchObject({ httpStatus: 400, statusCode: '40' });
    expect(field(answer, 'errors')).toEqual([expect.objectContaining({ field: at })]);
  });

  it.each(['__proto__', 'constructor', 'prototype'])('as is the field %s', async (name) => {
    const answer = await admin.post(`{"cmd":"GetProcessDefinitionList","data":{"${name}":{"pageSize":1}}}`);
    expect(answer).toMatchObject({ httpStatus: 400, statusCode: '40' });
    expect(field(answer, 'errors')).toEqual([{ field: 'data', code: 'unknown', message: `Expected no field named '${name}'` }]);
  });

  it.each(['', ' ', 'k'.repeat(256)])('and the idempotency key "%s"', async (key) => {
    const answer = await admin.cmd('StartProcessInstance', { processKey: 'simple' }, { 'idempotency-key': key });
    expect(answer).toMatchObject({ httpStatus: 400, statusCode: '40' });
    expect(field(answer, 'errors')).toEqual([expect.objectContaining({ field: 'Idempotency-Key' })]);
  });
});

describe('an idempotency key', () => {
  it('means nothing on a query: each answer is made afresh', async () => {
    const headers = { 'idempotency-key': 'query-1' };
    const before = await admin.cmd('GetProcessInstanceList', {}, headers);
    await admin.start('simple');
    const after = await admin.cmd('GetProcessInstanceList', {}, headers);
    expect(after.headers['idempotent-replayed']).toBeUndefined();
    expect(field(after, 'totalRecords')).toBe(Number(field(before, 'totalRecords')) + 1);
    expect(await admin.cmd('StartProcessInstance', { processKey: 'simple' }, headers)).toMatchObject({ isSuccessful: true });
  });

  it('given twice must be the same', async () => {
    const data = { processKey: 'simple', idempotencyKey: 'a' };
    expect(await admin.cmd('StartProcessInstance', data, { 'idempotency-key': 'b' })).toMatchObject({ httpStatus: 400 });
    expect(await admin.cmd('StartProcessInstance', data, { 'idempotency-key': 'a' })).toMatchObject({ isSuccessful: true });
  });
});

describe('too many requests', () => {
  it('are 429 with Retry-After, for this principal alone', async () => {
    const limited = await startTestServer({ REPRISE_RATE_LIMIT: '1' });
    try {
      const created = await limited.admin.cmd('CreateApiToken', { name: 'another', roles: ['viewer'] });
      const another = new ApiClient(limited.url, String(field(created, 'token')));
      const answers = await Promise.all(Array.from({ length: 40 }, () => limited.admin.cmd('GetProcessDefinitionList')));
      const refused = answers.filter(({ httpStatus }) => httpStatus === 429);
      expect(refused.length).toBeGreaterThanOrEqual(20);
      expect(refused.length).toBeLessThan(40);
      expect(refused[0]).toMatchObject({ isSuccessful: false, statusCode: '429', data: null, headers: { 'retry-after': '1' } });
      expect(await another.cmd('GetProcessDefinitionList')).toMatchObject({ httpStatus: 200 });
    } finally {
      await limited.close();
    }
  });
});

describe('a body', () => {
  const post = (body: Buffer) =>
    fetch(`${server.url}/api/core/cmd`, {
      method: 'POST',
      headers: { authorization: `Bearer ${admin.token}`, 'x-tenant-id': 'default', 'content-type': 'application/json' },
      body: new Uint8Array(body),
    });

  it('that is not UTF-8 is refused rather than altered', async () => {
    const body = Buffer.from(
      '{"cmd":"StartProcessInstance","data":{"processKey":"simple","variables":{"name":"M\xfcller"}}}',
      'latin1',
    );
    const response = await post(body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ statusCode: '40', data: { errors: [{ code: 'text' }] } });
  });

  it('whose command is nested 100,000 deep is a 400 like any other', async () => {
    const response = await post(Buffer.from(`{"cmd":${'['.repeat(100_000)}${']'.repeat(100_000)}}`));
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ statusCode: '40', data: { errors: [{ field: 'cmd' }] } });
  });

  it('that the client breaks off is not our fault', async () => {
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    socket.write(`POST /api/core/cmd HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n{"cmd"`);
    await once(socket, 'connect');
    socket.destroy();
    await once(socket, 'close');
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).not.toContain('outcome="error"');
  });
});

describe('ids beyond 32 bits', () => {
  it('are taken as contextTypeId and contextId, as text and as number', async () => {
    for (const contextTypeId of [9_007_199_254_740_991, '2147483648']) {
      const answer = await admin.cmd('StartProcessInstance', { processKey: 'simple', contextTypeId, contextId: 2_147_483_648 });
      expect(answer).toMatchObject({
        httpStatus: 200,
        isSuccessful: true,
        data: { contextType: String(contextTypeId), contextId: 2_147_483_648 },
      });
    }
  });
});
