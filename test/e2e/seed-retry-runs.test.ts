import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { faster } from '../../examples/retries/faster.mjs';
import { field, type WireAnswer } from './support/api-client.js';
import { pageXml } from './support/seed-server.js';
import { failing, succeeding, TestService } from './support/test-service.js';
import { ADMIN_TOKEN, startTestServer, type TestServer } from './support/test-server.js';

jest.setTimeout(90_000);

let server: TestServer;
let quick: TestServer;
let service: TestService;

beforeAll(async () => {
  [server, quick, service] = await Promise.all([
    startTestServer({ REPRISE_TEST_CLOCK: 'true', REPRISE_BREAKER: 'false' }),
    startTestServer({ REPRISE_BREAKER: 'false' }),
    new TestService().start(),
  ]);
  for (const file of ['coflux', 'temporal', 'valohai', 'retry-failed-task']) {
    const xml = await pageXml(file);
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

const start = (processKey: string, { admin } = server): Promise<string> =>
  // Not waited for: who waits is told of the newest run.
  admin.start(processKey, { serviceUrl: service.url, startIndex: 0, endIndex: 5 }, { waitMs: 0 });
const backAtCall = (call: number): void =>
  service.answers((received, response) => (service.calls.length < call ? failing() : succeeding())(received, response));

/** The run that follows, when the failed one is closed. */
async function nextRun(guid: string, { admin } = server): Promise<WireAnswer> {
  const closed = await admin.reaches(guid, 'cancelled');
  expect(closed.data).toMatchObject({ ending: { because: 'retried', errorCode: 'HTTP_503' } });
  return admin.state(String(field(closed, 'run.nextInstanceGuid')));
}

/** Follows the runs from this one on, by a clock that is moved and goes on by itself, too; their waits, in s, and the last of them. */
async function followRuns(first: string, count: number): Promise<{ waits: number[]; last: string }> {
  const waits: number[] = [];
  let guid = first;
  for (let number = 2; number < 2 + count; number++) {
    const begun = await nextRun(guid);
    expect(begun.data).toMatchObject({ run: { number, previousInstanceGuid: guid } });
    waits.push(Number(field(begun, 'run.delayMs')) / 1_000);
    guid = String(field(begun, 'instanceGuid'));
    const to = field(begun, 'retrying.nextAttemptAt');
    if (to !== undefined) await server.admin.cmd('AdvanceClockCommand', { to });
  }
  return { waits, last: guid };
}

describe.each([
  ['temporal-workflow', [1, 2, 4]],
  ['valohai-train-model-afresh', [60, 60, 60]],
])('%s', (processKey, waits) => {
  it('makes a run of its own of each retry, at the times of its page; the last one stands in error', async () => {
    const followed = await followRuns(await start(processKey), waits.length);

    expect(followed.waits).toEqual(waits);
    expect(await server.admin.reaches(followed.last, 'error')).toMatchObject({ data: { run: { number: waits.length + 1 } } });
    expect(service.calls).toHaveLength(waits.length + 1);
  });

  it('ends the same way for real, with shorter waits', async () => {
    backAtCall(waits.length + 1);
    let guid = await start(processKey, quick);
    for (let i = 0; i < waits.length; i++) guid = String(field(await nextRun(guid, quick), 'instanceGuid'));

    expect(await quick.admin.reaches(guid, 'completed')).toMatchObject({ data: { run: { number: waits.length + 1 } } });
    expect(service.calls).toHaveLength(waits.length + 1);
  });
});

describe.each([
  ['coflux-my-workflow', [0, 0]],
  ['temporal-parent-workflow', [1, 2]],
])('%s', (processKey, waits) => {
  /** Its guid: of the parent, and of the visit that called it. */
  const childOf = (parent: string): string => `${parent}~2`;

  it('waits through the runs of what it calls', async () => {
    backAtCall(waits.length + 1);
    const parent = await start(processKey);
    if (waits[0] !== 0) {
      const followed = await followRuns(childOf(parent), waits.length);
      expect(followed.waits).toEqual(waits);
    }

    await server.admin.reaches(parent, 'completed');
    expect(service.calls).toHaveLength(waits.length + 1);
  });

  it('waits on when all of them have failed, until a person has repaired the last', async () => {
    const parent = await start(processKey, quick);
    await service.hasCalls(waits.length + 1);
    const last = await quick.admin.reaches(`${childOf(parent)}~run${waits.length + 1}`, 'error');
    expect(last.data).toMatchObject({ run: { number: waits.length + 1 }, parent: { instanceGuid: parent } });
    expect(await quick.admin.state(parent)).toMatchObject({ data: { status: 'running' } });
    service.answers(succeeding());

    await quick.admin.cmd('RetryFailedTaskCommand', { instanceGuid: field(last, 'instanceGuid') });

    await quick.admin.reaches(parent, 'completed');
  });
});

describe('temporal-activity-with-progress', () => {
  it('goes on with the item that failed: what a heartbeat has told of is not done again', async () => {
    service.answers((call, response) => (service.calls.length === 4 ? failing() : succeeding())(call, response));
    const guid = await start('temporal-activity-with-progress');
    await service.hasCalls(4);
    await server.admin.cmd('AdvanceClockCommand', { by: 'PT1S' });

    expect(await server.admin.reaches(guid, 'completed')).toMatchObject({
      data: { state: { variables: { result: { first: 3 } } } },
    });
    expect(service.calls.map(({ path }) => path)).toEqual([0, 1, 2, 3, 3, 4].map((item) => `/items/${item}`));
  });
});

describe('retry-best-practices', () => {
  it('is bounded, told of, logged and idempotent', async () => {
    const guid = await start('retry-best-practices', quick);

    const state = await quick.admin.reaches(guid, 'error');

    expect(state.data).toMatchObject({
      error: {
        attemptNumber: 6,
        decisionAction: 'escalate',
        decision: expect.stringContaining('Maximum retry limit (5) reached'),
      },
    });
    expect(new Set(service.calls.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
    const trail = await quick.admin.trail(guid);
    expect(trail.filter(({ action }) => action === 'RetryScheduled').map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 5]);
    expect(trail.find(({ action }) => action === 'RecoveryNotice')).toMatchObject({
      attempt: 4,
      detail: { message: 'High failure rate' },
    });
  });
});

describe('the program that shows the pages', () => {
  /** What it has told of each process: how many attempts have failed, and how it ended. */
  async function told(): Promise<Record<string, string>> {
    const run = fileURLToPath(new URL('../../examples/retries/run.mjs', import.meta.url));
    const env = { ...process.env, NODE_OPTIONS: '', REPRISE_URL: fresh.url, REPRISE_TOKEN: ADMIN_TOKEN };
    const { stdout } = await promisify(execFile)(process.execPath, [run], { env, timeout: 80_000 });
    const shown = stdout.trim().split('\n\n');
    return Object.fromEntries(
      shown.map((text) => [text.split(' ')[0] ?? '', `${text.match(/ failed /g)?.length ?? 0} ${text.split('= ')[1] ?? ''}`]),
    );
  }

  let fresh: TestServer;

  it('tells each attempt up to the end that the model and its service lead to', async () => {
    fresh = await startTestServer();
    try {
      expect(await told()).toEqual({
        'coflux-submit-reports': '3 error',
        'coflux-send-notification': '3 error',
        'coflux-send-notification-with-backoff': '5 completed',
        'coflux-my-workflow': '2 completed',
        'temporal-sample-activity': '5 error',
        'temporal-defaults': '9 completed',
        'temporal-non-retryable': '2 error',
        'temporal-activity-with-progress': '1 completed',
        'temporal-workflow': '3 completed',
        'temporal-parent-workflow': '2 completed',
        'mechanic-http-action': '5 error',
        'valohai-train-model': '4 error',
        'valohai-train-model-afresh': '4 error',
        'retry-with-backoff': '5 completed',
        'retry-with-fallback': '3 completed',
        'intelligent-retry': '1 completed',
        'retry-best-practices': '6 error',
      });
    } finally {
      await fresh.close();
    }
  });
});
