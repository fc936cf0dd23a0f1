import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { faster } from '../../examples/retries/faster.mjs';
import { field, type ApiClient, type Data, type WireAnswer } from './support/api-client.js';
import { failing, succeeding, TestService, type Behaviour } from './support/test-service.js';
import { startTestServer, type TestServer } from './support/test-server.js';

jest.setTimeout(60_000);

/** Attempts that fail before one succeeds, and the waits between them in seconds: as the pages say. */
interface Page {
  readonly file: string;
  readonly processKey: string;
  readonly waits: readonly number[];
  /** A wait may differ by this share. */
  readonly jitter?: number;
  /** Whether the attempts are used up by then. */
  readonly isExhausted: boolean;
}

const PAGES: readonly Page[] = [
  { file: 'coflux', processKey: 'coflux-send-notification', waits: [300, 300], isExhausted: true },
  { file: 'coflux', processKey: 'coflux-send-notification-with-backoff', waits: [300, 375, 450, 525, 600], isExhausted: true },
  { file: 'temporal', processKey: 'temporal-sample-activity', waits: [1, 2, 4, 8], isExhausted: true },
  { file: 'temporal', processKey: 'temporal-defaults', waits: [1, 2, 4, 8, 16, 32, 64, 100, 100], isExhausted: false },
  { file: 'mechanic', processKey: 'mechanic-http-action', waits: [30, 76, 152, 308], jitter: 0.1, isExhausted: true },
  { file: 'valohai', processKey: 'valohai-train-model', waits: [60, 60, 60], isExhausted: true },
  { file: 'retry-failed-task', processKey: 'retry-with-backoff', waits: [1, 2, 5, 10, 30], isExhausted: true },
];

let server: TestServer;
let quick: TestServer;
let service: TestService;

beforeAll(async () => {
  [server, quick, service] = await Promise.all([
    startTestServer({ REPRISE_TEST_CLOCK: 'true' }),
    startTestServer(),
    new TestService().start(),
  ]);
  for (const file of new Set(PAGES.map((page) => page.file))) {
    const xml = await readFile(new URL(`../../examples/retries/${file}.bpmn`, import.meta.url), 'utf8');
    await server.admin.deploy(xml, file);
    await quick.admin.deploy(faster(xml), file);
  }
});

afterAll(async () => {
  await Promise.all([server?.close(), quick?.close(), service?.stop()]);
});

beforeEach(() => {
  service.answers(failing());
  service.calls.length = 0;
});

const variables = (): Data => ({ serviceUrl: service.url, authToken: 'old' });
const advanceTo = (to: string): Promise<WireAnswer> => server.admin.cmd('AdvanceClockCommand', { to });
const attemptsOf = (state: WireAnswer): readonly Data[] => state.data?.['attempts'] as readonly Data[];

async function start(processKey: string, more: object = {}, admin: ApiClient = server.admin): Promise<string> {
  return admin.start(processKey, { ...variables(), ...more });
}

/** Moves the clock to the next attempt; the wait before it, in s. */
async function waitOut(guid: string): Promise<number> {
  const state = await server.admin.state(guid);
  const next = String(field(state, 'retrying.nextAttemptAt'));
  const failedAt = String(attemptsOf(state).at(-1)?.['endedAt']);
  await advanceTo(next);
  return (Date.parse(next) - Date.parse(failedAt)) / 1_000;
}

describe.each(PAGES)('$processKey', ({ processKey, waits, jitter = 0, isExhausted }) => {
  it('attempts at the times of its page, and not once more', async () => {
    const guid = await start(processKey);
    const waited: number[] = [];
    for (let i = 0; i < waits.length; i++) waited.push(await waitOut(guid));

    waited.forEach((seconds, i) => {
      const wait = waits[i] ?? 0;
      expect(Math.abs(seconds - wait)).toBeLessThanOrEqual(wait * jitter + 0.000_5);
    });
    expect(service.calls).toHaveLength(waits.length + 1);
    const state = await server.admin.state(guid);
    expect(state.data).toMatchObject({ status: isExhausted ? 'error' : 'running' });
    if (isExhausted)
      expect((await server.admin.trail(guid)).at(-1)).toMatchObject({ action: 'RetriesExhausted', outcome: 'failed' });
  });

  it('goes on when its last attempt succeeds', async () => {
    const guid = await start(processKey);
    for (let i = 0; i < waits.length - 1; i++) await waitOut(guid);
    service.answers(succeeding());
    await waitOut(guid);
    expect(await server.admin.state(guid)).toMatchObject({ data: { status: 'completed' } });
  });

  it('ends the same way for real, with shorter waits', async () => {
    const guid = await start(processKey, {}, quick.admin);
    if (!isExhausted) {
      await service.hasCalls(waits.length);
      service.answers(succeeding());
    }
    const state = await quick.admin.reaches(guid, isExhausted ? 'error' : 'completed');
    expect(attemptsOf(state).length).toBeGreaterThanOrEqual(waits.length);
  });
});

it('coflux-submit-reports attempts twice more, at once', async () => {
  const guid = await start('coflux-submit-reports');
  expect(await server.admin.reaches(guid, 'error')).toMatchObject({ data: { error: { attemptNumber: 3 } } });
  expect(service.calls).toHaveLength(3);
});

it('coflux: the attempts of the backoff happen at t+0, 300, 675, 1125, 1650 and 2250', async () => {
  const guid = await start('coflux-send-notification-with-backoff');
  for (let i = 0; i < 5; i++) await waitOut(guid);
  const begun = attemptsOf(await server.admin.state(guid)).map(({ startedAt }) => Date.parse(String(startedAt)));
  // The time that the executions take is not counted: a second is more than they do.
  const offsets = begun.map((at) => Math.floor((at - (begun[0] ?? 0)) / 10_000) * 10);
  expect(offsets).toEqual([0, 300, 670, 1120, 1650, 2250]);
});

it('temporal: an error of a type that is not retryable ends the attempts at once', async () => {
  service.answers(failing(403));
  const guid = await start('temporal-non-retryable');
  expect(await server.admin.reaches(guid, 'error')).toMatchObject({
    data: { error: { attemptNumber: 1, errorCode: 'HTTP_403' } },
  });
});

it('mechanic: a permanent error is not retried', async () => {
  service.answers(failing(404));
  const guid = await start('mechanic-http-action');
  expect(await server.admin.reaches(guid, 'error')).toMatchObject({
    data: { error: { attemptNumber: 1, decision: 'NOT_FOUND does not pass by itself' } },
  });
});

describe('retry-with-fallback', () => {
  const endpoints = (): object => ({ apiEndpoint: service.url, backupEndpoint: `${service.url}/backup` });

  it('changes to the backup endpoint after the third failure, and is skipped after the fifth', async () => {
    const guid = await start('retry-with-fallback', endpoints());
    for (let i = 0; i < 4; i++) await waitOut(guid);

    expect(service.calls.map(({ path }) => path)).toEqual(['/work', '/work', '/work', '/backup/work', '/backup/work']);
    expect(await server.admin.state(guid)).toMatchObject({
      data: { status: 'completed', state: { skippedTasks: ['Call_2'], variables: { retryAttempt: 4 } } },
    });
    const actions = (await server.admin.trail(guid)).map((entry) => entry['action']);
    expect(actions.filter((action) => action === 'RecoveryNotice')).toHaveLength(2);
    expect(actions.at(-1)).toBe('TaskSkipped');
  });

  it('goes on when the backup endpoint works', async () => {
    const primary = failing();
    const backup = succeeding();
    service.answers((call, response) => (call.path.startsWith('/backup') ? backup : primary)(call, response));
    const guid = await start('retry-with-fallback', endpoints(), quick.admin);
    expect(await quick.admin.reaches(guid, 'completed')).toMatchObject({ data: { state: { skippedTasks: [] } } });
    expect(service.calls).toHaveLength(4);
  });
});

describe('intelligent-retry', () => {
  const once =
    (status: number, headers: Record<string, string> = {}): Behaviour =>
    (_call, response) => {
      service.answers(succeeding());
      response.writeHead(status, headers).end();
    };

  it.each([
    [503, 1],
    [504, 1],
  ])('backs off after %i', async (status, seconds) => {
    service.answers(once(status));
    const guid = await start('intelligent-retry');
    expect(await waitOut(guid)).toBe(seconds);
    expect(await server.admin.state(guid)).toMatchObject({ data: { status: 'completed' } });
  });

  it('waits until the rate limit is over, as the service says', async () => {
    service.answers(once(429, { 'retry-after': '120' }));
    const guid = await start('intelligent-retry');
    expect(await waitOut(guid)).toBe(120);
  });

  it('refreshes the credentials after 401, and goes on with them', async () => {
    service.answers((call, response) => {
      if (call.path === '/token') succeeding({ token: 'new' })(call, response);
      else if (call.headers.authorization === 'Bearer new') succeeding()(call, response);
      else response.writeHead(401).end();
    });
    const guid = await start('intelligent-retry');
    expect(await server.admin.reaches(guid, 'completed')).toMatchObject({ data: { state: { variables: { authToken: 'new' } } } });
    expect(service.calls.map(({ path }) => path)).toEqual(['/work', '/token', '/work']);
  });

  it.each([400, 404, 422])('leaves %i to a person at once', async (status) => {
    service.answers(once(status));
    const guid = await start('intelligent-retry');
    expect(await server.admin.reaches(guid, 'error')).toMatchObject({ data: { error: { attemptNumber: 1 } } });
  });
});
