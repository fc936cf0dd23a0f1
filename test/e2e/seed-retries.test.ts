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
    // The numbers are those of the policies alone: no circuit holds anything back.
    startTestServer({ REPRISE_TEST_CLOCK: 'true', REPRISE_BREAKER: 'false' }),
    startTestServer({ REPRISE_BREAKER: 'false' }),
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

/** Moves the clock to the next attempt, which the state shows. The time goes on by itself, too: it may have come already. */
async function waitOut(guid: string): Promise<void> {
  const state = await server.admin.state(guid);
  if (field(state, 'status') === 'running') await advanceTo(String(field(state, 'retrying.nextAttemptAt')));
}

/** The waits that were decided, in s: from the end of an attempt to the time that the audit trail has for the next. */
async function waitsOf(guid: string): Promise<number[]> {
  const attempts = attemptsOf(await server.admin.state(guid));
  const decided = (await server.admin.trail(guid)).filter(({ action }) => action === 'RetryScheduled');
  return decided.map(({ attempt, detail }) => {
    const endedAt = attempts.find((each) => each['attempt'] === attempt)?.['endedAt'];
    return (Date.parse(String((detail as Data)['nextAttemptAt'])) - Date.parse(String(endedAt))) / 1_000;
  });
}

describe.each(PAGES)('$processKey', ({ processKey, waits, jitter = 0, isExhausted }) => {
  it('attempts at the times of its page, and not once more', async () => {
    const guid = await start(processKey);
    for (let i = 0; i < waits.length; i++) await waitOut(guid);

    const state = isExhausted ? await server.admin.reaches(guid, 'error') : await server.admin.state(guid);
    const waited = await waitsOf(guid);
    waits.forEach((wait, i) => expect(Math.abs((waited[i] ?? 0) - wait)).toBeLessThanOrEqual(wait * jitter + 0.000_5));
    if (!isExhausted) return;
    expect(waited).toHaveLength(waits.length);
    expect(attemptsOf(state)).toHaveLength(waits.length + 1);
    expect(service.calls).toHaveLength(waits.length + 1);
    expect((await server.admin.trail(guid)).at(-1)).toMatchObject({ action: 'RetriesExhausted', outcome: 'failed' });
  });

  it('goes on when its last attempt succeeds', async () => {
    const guid = await start(processKey);
    for (let i = 0; i < waits.length - 1; i++) await waitOut(guid);
    service.answers(succeeding());
    await waitOut(guid);
    await server.admin.reaches(guid, 'completed');
  });

  it('ends the same way for real, with shorter waits', async () => {
    service.answers((call, response) =>
      (isExhausted || service.calls.length <= waits.length ? failing() : succeeding())(call, response),
    );
    const guid = await start(processKey, {}, quick.admin);
    const attempts = attemptsOf(await quick.admin.reaches(guid, isExhausted ? 'error' : 'completed'));

    expect(attempts).toHaveLength(waits.length + 1);
    expect(service.calls).toHaveLength(waits.length + 1);
    // A thousandth of the page's, and never earlier.
    waits.forEach((wait, i) => {
      const waited = Date.parse(String(attempts[i + 1]?.['startedAt'])) - Date.parse(String(attempts[i]?.['endedAt']));
      expect(waited).toBeGreaterThanOrEqual(Math.floor(wait * (1 - jitter)));
    });
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
    const state = await server.admin.reaches(guid, 'completed');

    expect(service.calls.map(({ path }) => path)).toEqual(['/work', '/work', '/work', '/backup/work', '/backup/work']);
    expect(state).toMatchObject({
      data: { state: { skippedTasks: ['Call_2'], variables: { retryAttempt: 4, timeout: 20_000 } } },
    });
    const actions = (await server.admin.trail(guid)).map((entry) => entry['action']);
    expect(actions.filter((action) => action === 'RecoveryNotice')).toHaveLength(2);
    expect(actions.at(-1)).toBe('TaskSkipped');
  });

  it('gives the retries a longer time-out, and those of the backup endpoint a longer one still', async () => {
    const xml = await readFile(new URL('../../examples/retries/retry-failed-task.bpmn', import.meta.url), 'utf8');
    const shorter = faster(xml).replaceAll('timeout="15s"', 'timeout="150ms"').replaceAll('timeout="20s"', 'timeout="200ms"');
    const renamed = shorter.replace(
      /<bpmn:process id="([\w-]+)" name="([^"]+)"/g,
      '<bpmn:process id="shorter-$1" name="Shorter: $2"',
    );
    await quick.admin.deploy(renamed, 'shorter');
    service.answers((call, response) => {
      if (service.calls.length === 1) failing()(call, response);
    });
    const guid = await start('shorter-retry-with-fallback', endpoints(), quick.admin);
    const state = await quick.admin.reaches(guid, 'completed');
    const said = attemptsOf(state).map(({ errorMessage }) => /after (\d+) ms/.exec(String(errorMessage))?.[1] ?? 'none');
    expect(said).toEqual(['none', '150', '150', '200', '200']);
    expect(field(state, 'state.skippedTasks')).toEqual(['Call_2']);
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
    await waitOut(guid);
    await server.admin.reaches(guid, 'completed');
    expect(await waitsOf(guid)).toEqual([seconds]);
  });

  it('waits until the rate limit is over, as the service says', async () => {
    service.answers(once(429, { 'retry-after': '120' }));
    const guid = await start('intelligent-retry');
    expect(await waitsOf(guid)).toEqual([120]);
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

  it('refreshes the credentials once: new ones that are refused too are for a person', async () => {
    service.answers((call, response) => (call.path === '/token' ? succeeding({ token: 'new' }) : failing(401))(call, response));
    const guid = await start('intelligent-retry');
    expect(await server.admin.reaches(guid, 'error')).toMatchObject({
      data: { error: { errorClass: 'AUTHENTICATION_ERROR', decision: 'refreshed before: fail at once' } },
    });
    expect(service.calls.map(({ path }) => path)).toEqual(['/work', '/token', '/work']);
  });

  it('tries what it does not know once more', async () => {
    service.answers(failing(302));
    const guid = await start('intelligent-retry');
    await waitOut(guid);
    expect(await server.admin.reaches(guid, 'error')).toMatchObject({
      data: { error: { errorClass: 'UNKNOWN', attemptNumber: 2 } },
    });
  });

  it.each([400, 404, 422])('leaves %i to a person at once', async (status) => {
    service.answers(once(status));
    const guid = await start('intelligent-retry');
    expect(await server.admin.reaches(guid, 'error')).toMatchObject({ data: { error: { attemptNumber: 1 } } });
  });
});
