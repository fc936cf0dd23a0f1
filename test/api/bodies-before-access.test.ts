import type { Server } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ADMIN_TOKEN, startTestServer, type TestServer } from '../e2e/support/test-server.js';
import { RawConnection } from './support/raw-connection.js';

const REFUSED = {
  isSuccessful: false,
  message: 'Expected a valid bearer token in the Authorization header.',
  statusCode: '401',
  data: null,
};
const QUERY = '{"cmd":"GetProcessDefinitionList","data":{}}';

let server: TestServer;
let connection: RawConnection;
beforeAll(async () => {
  server = await startTestServer();
});
afterEach(() => {
  connection.abandon();
});
afterAll(async () => {
  await server?.close();
});

function httpServer({ running }: TestServer): Server {
  return running.app.getHttpServer();
}

function head(token: string | null, ...more: readonly string[]): string[] {
  const authorization = token === null ? [] : [`Authorization: Bearer ${token}`];
  return ['POST /api/core/cmd HTTP/1.1', 'Host: a', 'Content-Type: application/json', ...authorization, ...more];
}

describe('from its headers alone, before any of its body is sent,', () => {
  const big = 'Content-Length: 1000000';
  it.each([
    ['a wrong token is refused', head('wrong', 'X-Tenant-ID: default', big), 401],
    ['no token is refused', head(null, 'X-Tenant-ID: default', big), 401],
    ['a wrong token is refused at the other path', ['POST /api/bpm/cmd HTTP/1.1', 'Host: a', big], 401],
    ['a wrong token is refused, whatever the length', head('wrong', 'Content-Length: 100000000000'), 401],
    ['a wrong token is refused, in chunks without end', head('wrong', 'Transfer-Encoding: chunked'), 401],
    ['a missing tenant is refused', head(ADMIN_TOKEN, big), 403],
    ['an unknown path is refused', ['POST /api/core/nothing HTTP/1.1', 'Host: a', big], 404],
  ])('%s', async (_what, lines, status) => {
    connection = await RawConnection.open(httpServer(server));
    connection.head(...lines);

    const answer = await connection.answer();

    expect(answer).toMatchObject({ status, body: { isSuccessful: false, statusCode: String(status) } });
    expect(answer.headers).toMatch(/^x-correlation-id: \S+$/m);
    expect(answer.headers).toMatch(/^content-type: application\/json; charset=utf-8$/m);
    if (status === 401)
      expect([answer.body, answer.headers]).toEqual([REFUSED, expect.stringMatching(/^www-authenticate: bearer$/m)]);
  });

  it('one request too many is refused, and each counts once', async () => {
    const limited = await startTestServer({ REPRISE_RATE_LIMIT: '5' });
    try {
      connection = await RawConnection.open(httpServer(limited));
      const lines = head(ADMIN_TOKEN, 'X-Tenant-ID: default', `Content-Length: ${QUERY.length}`);
      const begun = performance.now();
      let admitted = -1;
      for (let status = 200; status === 200; admitted++) {
        connection.send(`${lines.join('\r\n')}\r\n\r\n${QUERY}`);
        ({ status } = await connection.answer());
      }
      const refilled = (5 * (performance.now() - begun)) / 1_000;
      expect(admitted).toBeGreaterThanOrEqual(10);
      expect(admitted).toBeLessThanOrEqual(10 + refilled);

      connection.head(...lines);
      expect((await connection.answer()).status).toBe(429);
    } finally {
      await limited.close();
    }
  });

  it("requests for others' tenants are limited too: each would be an entry in the trail", async () => {
    const limited = await startTestServer({ REPRISE_RATE_LIMIT: '5' });
    try {
      const answers = await Promise.all(
        Array.from({ length: 60 }, (_, i) => limited.admin.cmd('GetProcessDefinitionList', {}, { 'x-tenant-id': `other-${i}` })),
      );
      const statuses = answers.map(({ httpStatus }) => httpStatus);
      expect(new Set(statuses)).toEqual(new Set([403, 429]));
      expect(await limited.admin.cmd('GetProcessDefinitionList')).toMatchObject({ httpStatus: 200 });
    } finally {
      await limited.close();
    }
  });
});

describe('a client that asks before it sends its body', () => {
  const asking = ['Expect: 100-continue', `Content-Length: ${QUERY.length}`];

  it('is told to go on when it may', async () => {
    connection = await RawConnection.open(httpServer(server));
    connection.head(...head(ADMIN_TOKEN, 'X-Tenant-ID: default', ...asking));
    await connection.isToldToGoOn();
    connection.send(QUERY);

    expect(await connection.answer()).toMatchObject({ status: 200, body: { isSuccessful: true } });
  });

  it('is refused without being asked for it when it may not', async () => {
    connection = await RawConnection.open(httpServer(server));
    connection.head(...head('wrong', 'X-Tenant-ID: default', ...asking));

    expect(await connection.answer()).toMatchObject({ status: 401 });
  });
});

describe('a connection on which a request was refused', () => {
  it('serves the next one when the rest of the body has come', async () => {
    connection = await RawConnection.open(httpServer(server));
    connection.head(...head('wrong', 'X-Tenant-ID: default', 'Content-Length: 300000'));
    expect(await connection.answer()).toMatchObject({ status: 401 });
    connection.send('x'.repeat(300_000));

    connection.head(...head(ADMIN_TOKEN, 'X-Tenant-ID: default', `Content-Length: ${QUERY.length}`));
    connection.send(QUERY);

    expect(await connection.answer()).toMatchObject({ status: 200, body: { isSuccessful: true } });
  });

  it('is closed when the rest does not come, or does not end', async () => {
    const silent = await RawConnection.open(httpServer(server));
    silent.head(...head('wrong', 'X-Tenant-ID: default', 'Content-Length: 300000'));
    connection = await RawConnection.open(httpServer(server));
    connection.head(...head('wrong', 'X-Tenant-ID: default', 'Transfer-Encoding: chunked'));
    const flood = setInterval(() => connection.send(`ffff\r\n${'x'.repeat(0xffff)}\r\n`), 10);
    try {
      expect(await connection.answer()).toMatchObject({ status: 401 });
      await Promise.all([silent.isClosed(), connection.isClosed()]);
    } finally {
      clearInterval(flood);
      silent.abandon();
    }
  });

  it('serves many requests, good and bad ones in turn, and closes none of them', async () => {
    connection = await RawConnection.open(httpServer(server));
    const answers: unknown[] = [];
    for (let i = 0; i < 200; i++) {
      const token = i % 4 === 3 ? 'wrong' : ADMIN_TOKEN;
      connection.head(...head(token, 'X-Tenant-ID: default', `Content-Length: ${QUERY.length}`));
      connection.send(QUERY);
      answers.push((await connection.answer()).status);
    }
    expect(answers).toEqual(Array.from({ length: 200 }, (_, i) => (i % 4 === 3 ? 401 : 200)));
  });
});

describe('what holds no data', () => {
  it.each(['/health/live', '/health/ready', '/metrics', '/api/docs', '/api/openapi.json'])('%s needs no token', async (path) => {
    expect((await fetch(`${server.url}${path}`)).status).toBe(200);
  });
});
