import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { PinoLogger } from '../../src/api/observability/pino-logger.js';
import { readConfig } from '../../src/config.js';
import { startServer, type RunningServer } from '../../src/server.js';
import { ApiClient } from '../e2e/support/api-client.js';
import { httpTask, sequence } from '../e2e/support/models.js';
import { ADMIN_TOKEN } from '../e2e/support/test-server.js';
import { TestService } from '../e2e/support/test-service.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { RawConnection } from './support/raw-connection.js';

const LIMIT_MS = 1_000;
/** The machine may be busy. */
const MARGIN_MS = 3_000;
const HEAD = [
  'POST /api/core/cmd HTTP/1.1',
  'Host: a',
  'Content-Type: application/json',
  `Authorization: Bearer ${ADMIN_TOKEN}`,
  'X-Tenant-ID: default',
];

let database: TestDatabase;
let server: RunningServer;
let connection: RawConnection;

beforeAll(async () => {
  database = await createTestDatabase();
  const config = readConfig({
    PORT: '0',
    HOST: '127.0.0.1',
    DATABASE_URL: database.url,
    REPRISE_ADMIN_TOKEN: ADMIN_TOKEN,
    REPRISE_HTTP_ALLOW_PRIVATE: 'true',
    REPRISE_DRAIN_MS: '1000',
  });
  server = await startServer(config, new PinoLogger('silent'), LIMIT_MS);
});

afterAll(async () => {
  await server?.stop();
  await database?.drop();
});

beforeEach(async () => {
  connection = await RawConnection.open(server.app.getHttpServer());
});

afterEach(() => {
  connection.abandon();
});

/** Answered by the limit, then closed, though the client keeps its side open: nothing of it is left. */
async function isGivenUp(): Promise<void> {
  const begun = performance.now();
  expect(await connection.answer()).toMatchObject({
    status: 408,
    headers: expect.stringMatching(/^connection: close$/m),
    body: { isSuccessful: false, message: 'Expected the request sooner.', statusCode: '408', data: null },
  });
  expect(performance.now() - begun).toBeLessThan(LIMIT_MS + MARGIN_MS);
  await connection.isClosed();
}

it('a body that stops before its end is given up at the limit', async () => {
  connection.head(...HEAD, 'Content-Length: 1000');
  connection.send('{"cmd":');
  await isGivenUp();
});

it.each([
  ['of a length', 'Content-Length: 1000000', 'x'],
  ['in chunks', 'Transfer-Encoding: chunked', '1\r\nx\r\n'],
])('a body %s that goes on and on is given up at the limit', async (_kind, header, piece) => {
  connection.head(...HEAD, header);
  const drip = setInterval(() => connection.send(piece), 20);
  try {
    await isGivenUp();
  } finally {
    clearInterval(drip);
  }
});

it('headers that do not end are given up at the limit', async () => {
  connection.send(HEAD.join('\r\n'));
  await isGivenUp();
});

it('a connection that is kept alive has the limit anew for each request', async () => {
  const query = '{"cmd":"GetProcessDefinitionList","data":{}}';
  for (let i = 0; i < 3; i++) {
    connection.head(...HEAD, `Content-Length: ${query.length}`);
    await new Promise((resolve) => setTimeout(resolve, LIMIT_MS / 2));
    connection.send(query);
    expect(await connection.answer()).toMatchObject({ status: 200 });
  }
});

it('an answer may take longer than the limit', async () => {
  const service = await new TestService().start();
  try {
    service.holds();
    const admin = new ApiClient(server.url, ADMIN_TOKEN);
    await admin.deploy(sequence('slow', httpTask('Task_Slow', 'Slow')));
    const data = { processKey: 'slow', variables: { serviceUrl: service.url }, waitMs: LIMIT_MS * 2 };
    const begun = performance.now();

    expect(await admin.cmd('StartProcessInstance', data)).toMatchObject({ httpStatus: 200, data: { status: 'running' } });

    expect(performance.now() - begun).toBeGreaterThan(LIMIT_MS * 1.5);
  } finally {
    service.release();
    await service.stop();
  }
});
