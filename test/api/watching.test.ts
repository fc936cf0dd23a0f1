import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import request from 'supertest';
import { ApiClient, field } from '../e2e/support/api-client.js';
import { catchEvent, handlerTask, sequence, timer, userTask } from '../e2e/support/models.js';
import { startTestServer, type TestServer } from '../e2e/support/test-server.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let server: TestServer;
let admin: ApiClient;

beforeAll(async () => {
  server = await startTestServer();
  admin = server.admin;
  await admin.deploy(sequence('failing', handlerTask('Task_Fail', 'reprise:fail-unless')));
  await admin.deploy(sequence('waiting', userTask('Task_Wait', 'Wait')));
});

afterAll(async () => {
  await server?.close();
});

/** The sample with this name and exactly these labels; 0 where there is none. */
async function sample(name: string, labels: Readonly<Record<string, string>> = {}, url = server.url): Promise<number> {
  const { text } = await request(url).get('/metrics');
  const wanted = JSON.stringify(Object.entries(labels).sort());
  for (const [, found, inner = '', value] of text.matchAll(/^([a-z_]+)(?:\{(.*)\})? (\S+)$/gm)) {
    const pairs = [...inner.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, text]) => [key, text]);
    if (found === name && JSON.stringify(pairs.sort()) === wanted) return Number(value);
  }
  return 0;
}

describe('metrics', () => {
  it('are Prometheus text, without a token', async () => {
    const response = await request(server.url).get('/metrics');
    expect([response.status, response.headers['content-type']]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
    for (const line of response.text.split('\n').filter((each) => each !== '')) {
      expect(line).toMatch(/^(# (HELP|TYPE) \S+ .+|[a-zA-Z_:][\w:]*(\{.*\})? (NaN|[+-]?(Inf|[\d.]+(e[+-]\d+)?)))$/);
    }
  });

  const commands = (command: string, outcome: string): Promise<number> =>
    sample('reprise_command_duration_seconds_count', { command, outcome });

  it('count commands by name and outcome', async () => {
    const instanceGuid = await admin.start('waiting');
    const viewer = new ApiClient(
      server.url,
      String(field(await admin.cmd('CreateApiToken', { name: 'v', roles: ['viewer'] }), 'token')),
    );
    const cases: [outcome: string, () => Promise<unknown>][] = [
      ['refused', () => admin.cmd('RetryFailedTaskCommand', { instanceGuid })],
      ['http-400', () => admin.cmd('RetryFailedTask', { instanceGuid, nonsense: 1 })],
      ['http-403', () => viewer.cmd('RetryFailedTask', { instanceGuid })],
      ['replayed', () => admin.cmd('RetryFailedTask', { instanceGuid }, { 'idempotency-key': 'k' })],
    ];
    await admin.cmd('RetryFailedTask', { instanceGuid }, { 'idempotency-key': 'k' });
    for (const [outcome, act] of cases) {
      const before = await commands('RetryFailedTask', outcome);
      await act();
      expect([outcome, await commands('RetryFailedTask', outcome)]).toEqual([outcome, before + 1]);
    }
    const before = await commands('StartProcessInstance', 'succeeded');
    await admin.start('waiting');
    expect(await commands('StartProcessInstance', 'succeeded')).toBe(before + 1);
  });

  it('know no command that a stranger made up', async () => {
    await admin.cmd('MadeUpCommand');
    expect((await request(server.url).get('/metrics')).text).not.toContain('MadeUp');
  });

  it('count attempts, batches and their sizes', async () => {
    const labels = { connector: 'reprise:fail-unless', outcome: 'failed' };
    const [attempts, batches] = [
      await sample('reprise_attempt_duration_seconds_count', labels),
      await sample('reprise_commit_batch_size_count'),
    ];
    await admin.start('failing');
    expect(await sample('reprise_attempt_duration_seconds_count', labels)).toBe(attempts + 1);
    expect(await sample('reprise_commit_batch_size_count')).toBeGreaterThan(batches);
  });

  it('tell the open failures as they are: one for each task that waits for a decision', async () => {
    const before = await sample('reprise_open_failures');
    const [retried, skipped, cancelled] = [
      await admin.start('failing'),
      await admin.start('failing'),
      await admin.start('failing'),
    ];
    expect(await sample('reprise_open_failures')).toBe(before + 3);
    await admin.cmd('RetryFailedTask', { instanceGuid: retried });
    expect(await sample('reprise_open_failures')).toBe(before + 3);
    await admin.cmd('RetryFailedTask', { instanceGuid: retried, updatedVariables: { ok: true } });
    await admin.cmd('SkipFailedTask', { instanceGuid: skipped });
    expect(await sample('reprise_open_failures')).toBe(before + 1);
    await admin.cmd('CancelProcessInstance', { instanceGuid: cancelled });
    expect(await sample('reprise_open_failures')).toBe(before);
    expect(field(await admin.get('/api/core/failures'), 'totalRecords')).toBe(before);
  });

  it('tell the backlog of what is due, where nobody acts on it', async () => {
    // A process of role api leaves what falls due to the runners.
    const api = await startTestServer({ REPRISE_ROLE: 'api' });
    try {
      await api.admin.deploy(sequence('timed', catchEvent('Later', timer('timeDuration', 'PT0.2S'))));
      await api.admin.deploy(sequence('distant', catchEvent('Later', timer('timeDuration', 'PT1H'))));
      await api.admin.start('distant');
      await api.admin.start('timed');
      while ((await sample('reprise_due_backlog', {}, api.url)) < 1) await new Promise((resolve) => setTimeout(resolve, 50));
      expect(await sample('reprise_due_backlog', {}, api.url)).toBe(1);
    } finally {
      await api.close();
    }
  });
});

describe('health', () => {
  it('is live and ready, in the envelope, without a token', async () => {
    expect((await request(server.url).get('/health/live')).body).toEqual({
      isSuccessful: true,
      message: 'The server is alive.',
      statusCode: '00',
      data: { uptimeSeconds: expect.any(Number) },
    });
    const ready = await request(server.url).get('/health/ready');
    expect(ready.status).toBe(200);
    expect(ready.body).toMatchObject({ isSuccessful: true, statusCode: '00', data: { database: 'up', draining: false } });
  });
});

describe('with the database away', () => {
  let away: TestServer;
  let other: TestDatabase;
  let superuser: pg.Client;
  const name = (): string => new URL(away.databaseUrl).pathname.slice(1);
  beforeAll(async () => {
    away = await startTestServer();
    other = await createTestDatabase();
    superuser = new pg.Client({ connectionString: other.url });
    await superuser.connect();
    await away.admin.deploy(sequence('waiting', userTask('Task_Wait', 'Wait')));
  });
  beforeEach(async () => {
    await superuser.query(`ALTER DATABASE ${name()} ALLOW_CONNECTIONS false`);
    await superuser.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name()]);
  });
  afterAll(async () => {
    await superuser.query(`ALTER DATABASE ${name()} ALLOW_CONNECTIONS true`);
    await superuser.end();
    await away.close();
    await other.drop();
  });

  it('the server is live but not ready', async () => {
    const ready = await request(away.url).get('/health/ready');
    expect([ready.status, ready.headers['retry-after']]).toEqual([503, '1']);
    expect(ready.body).toMatchObject({ isSuccessful: false, statusCode: '503', data: { database: 'down', draining: false } });
    expect((await request(away.url).get('/health/live')).status).toBe(200);
  });

  it('commands, queries and reads are 503 with a correlation id, and metrics are there', async () => {
    for (const ask of [
      () => away.admin.cmd('StartProcessInstance', { processKey: 'waiting' }),
      () => away.admin.cmd('StartProcessInstance', { processKey: 'waiting', idempotencyKey: 'k' }),
      () => away.admin.cmd('GetProcessInstanceList'),
      () => away.admin.get('/api/core/audit'),
      () => away.admin.get('/api/core/audit', { accept: 'text/csv' }),
    ]) {
      const answer = await ask();
      expect(answer).toMatchObject({ httpStatus: 503, isSuccessful: false, statusCode: '503' });
      expect(answer.data).toEqual({ correlationId: answer.headers['x-correlation-id'] });
      expect(answer.headers['retry-after']).toBe('1');
      expect(answer.text).not.toMatch(/reprise_test|postgres|connect/i);
    }
    const metrics = await request(away.url).get('/metrics');
    expect(metrics.status).toBe(200);
    expect(metrics.text).toContain('reprise_command_duration_seconds');
  });

  it('and all is well when it is back', async () => {
    await superuser.query(`ALTER DATABASE ${name()} ALLOW_CONNECTIONS true`);
    const deadline = Date.now() + 10_000;
    while ((await request(away.url).get('/health/ready')).status !== 200 && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await away.admin.cmd('StartProcessInstance', { processKey: 'waiting', idempotencyKey: 'k' })).toMatchObject({
      httpStatus: 200,
      isSuccessful: true,
    });
    expect(field(await away.admin.cmd('GetProcessInstanceList'), 'totalRecords')).toBe(1);
  });
});
