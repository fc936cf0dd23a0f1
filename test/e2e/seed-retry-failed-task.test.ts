import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { field, type Data } from './support/api-client.js';
import { failing, succeeding, type Behaviour, type TestService } from './support/test-service.js';
import { pageXml, SeedServer, waitsOf } from './support/seed-server.js';

jest.setTimeout(60_000);

let server: SeedServer;

beforeAll(async () => {
  server = await SeedServer.start('retry-failed-task');
});

afterAll(() => server?.stop());

async function start(processKey: string, service: TestService, behaviour: Behaviour = failing()): Promise<string> {
  service.answers(behaviour);
  const endpoints = { serviceUrl: service.url, apiEndpoint: service.url, backupEndpoint: `${service.url}/backup` };
  return server.admin.start(processKey, { ...endpoints, authToken: 'old' });
}

const pathsOf = (service: TestService): string[] => service.calls.map(({ path }) => path);
const variable = async (guid: string, name: string): Promise<unknown> =>
  field(await server.admin.state(guid), `state.variables.${name}`);

describe('retry-with-fallback', () => {
  it('raises the time-out, turns to the backup endpoint from the third retry on, and skips after four', async () => {
    const service = await server.service();
    const guid = await start('retry-with-fallback', service);
    const steps: unknown[] = [];
    for (let i = 0; i < 4; i++) {
      const { retryAttempt, timeout, apiEndpoint } = field(await server.admin.state(guid), 'state.variables') as Data;
      steps.push([retryAttempt, timeout, apiEndpoint === service.url ? 'primary' : 'backup']);
      await server.waitOut(guid, service, 1);
    }

    expect(steps).toEqual([
      [1, 15_000, 'primary'],
      [2, 15_000, 'primary'],
      [3, 20_000, 'backup'],
      [4, 20_000, 'backup'],
    ]);
    expect(pathsOf(service)).toEqual(['/work', '/work', '/work', '/backup/work', '/backup/work']);
    expect(await server.admin.state(guid)).toMatchObject({ data: { status: 'completed', state: { skippedTasks: ['Call_2'] } } });
    const notices = (await server.admin.trail(guid)).filter(({ action }) => action === 'RecoveryNotice');
    expect(notices.map(({ detail }) => (detail as Data)['message'])).toEqual([
      'Switching to backup endpoint',
      'All retry attempts exhausted - manual intervention required',
    ]);
  });

  it('goes on when the backup endpoint works', async () => {
    const service = await server.service();
    const guid = await start('retry-with-fallback', service, (call, response) =>
      (call.path.startsWith('/backup') ? succeeding() : failing())(call, response),
    );
    await server.waitOut(guid, service);
    expect(pathsOf(service)).toEqual(['/work', '/work', '/work', '/backup/work']);
    expect(await server.admin.state(guid)).toMatchObject({ data: { status: 'completed', state: { skippedTasks: [] } } });
  });

  it('gives the attempts themselves the time-outs of its steps', async () => {
    const short = (await pageXml('retry-failed-task'))
      .replace('timeout="15s"', 'timeout="150ms"')
      .replace('timeout="20s"', 'timeout="200ms"')
      .replace(/process id="([^"]+)" name="/g, 'process id="$1-short" name="Short: ');
    await server.admin.deploy(short, 'short');
    const service = await server.service();
    const guid = await start('retry-with-fallback-short', service);
    service.holds();
    await server.waitOut(guid, service);
    const attempts = field(await server.admin.state(guid), 'attempts') as readonly Data[];
    expect(attempts.slice(1).map(({ errorMessage }) => errorMessage)).toEqual(
      [150, 150, 200, 200].map((ms) => expect.stringContaining(`Request timeout after ${ms} ms`)),
    );
  });
});

describe('intelligent-retry', () => {
  it.each([
    ['NETWORK_TIMEOUT', 504],
    ['SERVICE_UNAVAILABLE', 503],
  ])('backs off after %s', async (errorClass, status) => {
    const service = await server.service();
    const guid = await start('intelligent-retry', service, failing(status, 'no'));
    expect(await server.admin.state(guid)).toMatchObject({ data: { retrying: { errorClass } } });
    expect(await server.waitOut(guid, service)).toEqual(waitsOf(1, 2, 5, 10, 30));
    expect(await server.admin.state(guid)).toMatchObject({ data: { status: 'error', error: { attemptNumber: 6 } } });
  });

  it('waits until the rate limit is over, as the service says, and goes on', async () => {
    const service = await server.service();
    const guid = await start('intelligent-retry', service, (_call, response) => {
      service.answers(succeeding());
      response.writeHead(429, { 'retry-after': '120' }).end();
    });
    expect(await server.waitOut(guid, service)).toEqual(waitsOf(120));
    expect(await server.admin.state(guid)).toMatchObject({ data: { status: 'completed' } });
  });

  it('refreshes the credentials and goes on with the new ones', async () => {
    const service = await server.service();
    const guid = await start('intelligent-retry', service, (call, response) => {
      const isKnown = call.path === '/token' || call.headers.authorization === 'Bearer new';
      (isKnown ? succeeding({ token: 'new' }) : failing(401, 'Token expired'))(call, response);
    });
    expect(await server.admin.state(guid)).toMatchObject({ data: { status: 'completed' } });
    expect(pathsOf(service)).toEqual(['/work', '/token', '/work']);
    expect(await variable(guid, 'authToken')).toBe('new');
  });

  it('leaves it to a person when the new credentials are refused, too', async () => {
    const service = await server.service();
    const guid = await start('intelligent-retry', service, (call, response) =>
      (call.path === '/token' ? succeeding({ token: 'new' }) : failing(401, 'unauthorized'))(call, response),
    );
    expect(await server.admin.state(guid)).toMatchObject({
      data: { status: 'error', error: { errorClass: 'AUTHENTICATION_ERROR', decision: 'refreshed before: fail at once' } },
    });
    expect(pathsOf(service)).toEqual(['/work', '/token', '/work']);
  });

  it.each([
    ['INVALID_DATA', 422],
    ['LOGIC_ERROR', 501],
    ['NOT_FOUND', 404],
  ])('leaves %s to a person at once', async (errorClass, status) => {
    const service = await server.service();
    const guid = await start('intelligent-retry', service, failing(status, 'no'));
    expect(await server.admin.state(guid)).toMatchObject({ data: { status: 'error', error: { attemptNumber: 1, errorClass } } });
    expect(service.calls).toHaveLength(1);
  });

  it('tries once more what it does not know', async () => {
    const service = await server.service();
    const guid = await start('intelligent-retry', service, failing(304, 'no'));
    expect(await server.admin.state(guid)).toMatchObject({ data: { retrying: { errorClass: 'UNKNOWN' } } });
    await server.waitOut(guid, service);
    expect(await server.admin.state(guid)).toMatchObject({ data: { status: 'error', error: { attemptNumber: 2 } } });
    expect(service.calls).toHaveLength(2);
  });
});
