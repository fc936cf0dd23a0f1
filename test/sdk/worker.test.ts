import { EventEmitter, once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createClient, type RepriseClient } from '../../src/sdk/client.js';
import {
  BpmnError,
  createWorker,
  NonRetryableError,
  RetryAfter,
  type JobWorker,
  type WorkerOptions,
} from '../../src/sdk/worker.js';
import { ADMIN_TOKEN, startTestServer, type TestServer } from '../e2e/support/test-server.js';
import { field } from '../e2e/support/api-client.js';
import { deployWork } from '../e2e/support/worker-calls.js';
import { Front } from './support/front.js';

jest.setTimeout(30_000);

let server: TestServer;
let front: Front;
let client: RepriseClient;
const workers: JobWorker[] = [];

beforeAll(async () => {
  server = await startTestServer();
  front = await Front.start(server.url);
  client = createClient({ baseUrl: front.url, token: ADMIN_TOKEN });
});

afterEach(() => Promise.all(workers.splice(0).map((worker) => worker.stop({ graceMs: 0 }))));

afterAll(async () => {
  await Promise.all([front?.stop(), server?.close()]);
});

function work(type: string, handler: WorkerOptions['handler'], more: Partial<WorkerOptions> = {}): JobWorker {
  const worker = createWorker({ client, type, handler, name: 'sdk', ...more });
  workers.push(worker);
  return worker;
}

/** What a worker says of its first job of this name. */
async function heard(
  worker: JobWorker,
  event: 'completed' | 'failed' | 'aborted' | 'refused' | 'pauseRequested',
): Promise<unknown[]> {
  return (await once(worker, event)) as unknown[];
}

const stateOf = async (guid: string): Promise<unknown> => field(await server.admin.state(guid), 'state.variables');

describe('a worker', () => {
  it('does jobs: an object is variables, any other value the result', async () => {
    const type = await deployWork(server.admin, { ResultVariable: 'score' });
    const worker = work(type, ({ variables }) => (variables['plain'] === true ? [1, 2] : { paid: true }));
    const first = await server.admin.start(type, { plain: false });
    await heard(worker, 'completed');
    const second = await server.admin.start(type, { plain: true });
    await heard(worker, 'completed');
    expect(await stateOf(first)).toEqual({ plain: false, paid: true, score: { paid: true } });
    expect(await stateOf(second)).toEqual({ plain: true, score: [1, 2] });
    const completed = (await server.admin.trail(first)).find(({ action }) => action === 'CompleteJob');
    expect(completed).toMatchObject({ actor: { claimed: 'sdk' }, idempotencyKey: expect.stringContaining('complete') });
  });

  it('has no more jobs at a time than hands', async () => {
    const type = await deployWork(server.admin);
    for (let i = 0; i < 7; i++) await server.admin.start(type);
    let atOnce = 0;
    let most = 0;
    let done = 0;
    const all = new EventEmitter();
    const worker = work(
      type,
      async () => {
        most = Math.max(most, ++atOnce);
        await new Promise((resolve) => setTimeout(resolve, 30));
        atOnce--;
      },
      { concurrency: 3 },
    );
    worker.on('completed', () => ++done === 7 && all.emit('done'));
    await once(all, 'done');
    expect(most).toBe(3);
    // What it has no hand for is not locked for it.
    const asked = front.calls.filter(({ cmd }) => cmd === 'ActivateJobsCommand').length;
    expect(asked).toBeGreaterThanOrEqual(3);
  });

  it('fails jobs as its handler says', async () => {
    const type = await deployWork(server.admin, { Retries: '3', retryBackoff: '600000' });
    const errors: Record<string, () => Error> = {
      plain: () => Object.assign(new Error('no luck'), { code: 'ECONNREFUSED' }),
      final: () => new NonRetryableError('card stolen', 'STOLEN'),
      later: () => new RetryAfter(5_000, 'busy'),
      modelled: () => new BpmnError('NO_FUNDS', 'broke', { missing: 5 }),
    };
    const worker = work(type, ({ variables }) => {
      throw errors[String(variables['how'])]?.() ?? new Error('?');
    });
    const outcome = async (how: string): Promise<unknown> => {
      const guid = await server.admin.start(type, { how });
      await heard(worker, 'failed');
      return (await server.admin.state(guid)).data;
    };
    expect(await outcome('plain')).toMatchObject({ status: 'running', retrying: { errorMessage: 'no luck', attemptNumber: 1 } });
    expect(await outcome('final')).toMatchObject({
      status: 'error',
      error: { errorCode: 'STOLEN', errorMessage: 'card stolen' },
    });
    const later = (await outcome('later')) as { retrying: { nextAttemptAt: string } };
    expect(Date.parse(later.retrying.nextAttemptAt) - Date.now()).toBeLessThan(5_000);
    expect(await outcome('modelled')).toMatchObject({ status: 'error', error: { errorCode: 'NO_FUNDS', errorMessage: 'broke' } });
  });

  it('whose result the server does not take says so once and for all: the work was done', async () => {
    const type = await deployWork(server.admin, { Retries: '3', retryBackoff: '1' });
    const worker = work(type, () => ({ text: 'x'.repeat(10 * 1024 * 1024) }));
    const guid = await server.admin.start(type);
    expect(await heard(worker, 'failed')).toMatchObject([{ instanceGuid: guid }, { code: 'RESULT_NOT_STORABLE' }]);
    const state = await server.admin.reaches(guid, 'error');
    expect(state.data).toMatchObject({ error: { errorCode: 'RESULT_NOT_STORABLE', attemptNumber: 1 } });
  });

  it('keeps a job that takes longer than its lock, by heartbeats, and says how far it has come', async () => {
    const type = await deployWork(server.admin);
    const guid = await server.admin.start(type);
    const details: unknown[] = [];
    const worker = work(
      type,
      async (job) => {
        details.push(job.heartbeatDetails);
        await job.heartbeat({ row: 7 });
        if (job.attempt === 1) {
          await new Promise((resolve) => setTimeout(resolve, 2_500));
          throw new RetryAfter(0);
        }
      },
      { lockDurationMs: 1_200 },
    );
    await server.admin.cmd('UpdateJobRetries', { jobId: `${guid}:2`, retries: 3 });
    await heard(worker, 'completed');
    expect(details).toEqual([null, { row: 7 }]);
    expect((await server.admin.trail(guid)).map(({ action }) => action)).not.toContain('AttemptTakenOver');
  });
});

describe('the signal of a job', () => {
  /** A handler that ends with its signal. */
  const untilAborted: WorkerOptions['handler'] = (_job, signal) =>
    new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }));

  it('aborts when the instance is cancelled, and tells of a pause', async () => {
    const type = await deployWork(server.admin);
    const worker = work(type, untilAborted, { lockDurationMs: 1_500 });
    const guid = await server.admin.start(type);
    await once(worker, 'activated');
    await server.admin.cmd('PauseProcessInstance', { instanceGuid: guid });
    expect(await heard(worker, 'pauseRequested')).toMatchObject([{ instanceGuid: guid }]);
    await server.admin.cmd('CancelProcessInstance', { instanceGuid: guid });

    expect(await heard(worker, 'aborted')).toMatchObject([{ instanceGuid: guid }, { reason: 'cancelled' }]);
    expect((await server.admin.trail(guid)).map(({ action }) => action)).not.toContain('FailJob');
  });

  it('aborts when no heartbeat gets through until the lock is over, and nothing is handed in', async () => {
    const type = await deployWork(server.admin);
    const worker = work(type, untilAborted, { lockDurationMs: 1_000 });
    const trouble: unknown[] = [];
    worker.on('trouble', (error) => trouble.push(error));
    const guid = await server.admin.start(type);
    await once(worker, 'activated');
    const before = front.calls.length;
    front.cut();
    const aborted = await heard(worker, 'aborted');
    expect(aborted).toMatchObject([{ instanceGuid: guid, token: 1 }, { reason: 'lock-lost' }]);
    expect(trouble.length).toBeGreaterThan(0);
    front.mend();
    expect(front.calls.slice(before).map(({ cmd }) => cmd)).not.toContain('FailJobCommand');
    expect(await once(worker, 'activated')).toMatchObject([{ instanceGuid: guid, token: 2 }]);
  });

  it('aborts when the attempt has run out of its own time', async () => {
    const type = await deployWork(server.admin, { TimeoutMs: '1000' });
    const worker = work(type, untilAborted);
    const guid = await server.admin.start(type);
    expect(await heard(worker, 'aborted')).toMatchObject([{ instanceGuid: guid }, { reason: 'timeout' }]);
    const state = await server.admin.reaches(guid, 'error');
    expect(state.data).toMatchObject({ error: { errorCode: 'TIMEOUT' } });
  });
});

describe('a worker that is stopped', () => {
  it('lets what it has in hand end, and takes nothing more', async () => {
    const type = await deployWork(server.admin);
    const go = new EventEmitter();
    const worker = work(type, () => once(go, 'on').then(() => ({ done: true })));
    const guid = await server.admin.start(type);
    await once(worker, 'activated');
    const stopped = worker.stop();
    const next = await server.admin.start(type);
    go.emit('on');
    await stopped;

    expect(await stateOf(guid)).toMatchObject({ done: true });
    expect(field(await server.admin.state(next), 'activeActivities')).toMatchObject([{ status: 'queued' }]);
    expect(worker.size).toBe(0);
  });

  it('gives up what does not end in time: another one gets it', async () => {
    const type = await deployWork(server.admin);
    const signals: AbortSignal[] = [];
    const worker = work(type, (_job, signal) => (signals.push(signal), new Promise(() => undefined)), { lockDurationMs: 1_000 });
    const guid = await server.admin.start(type);
    await once(worker, 'activated');
    await worker.stop({ graceMs: 50 });
    expect(signals.map(({ aborted, reason }) => [aborted, (reason as { reason: string }).reason])).toEqual([[true, 'stopped']]);

    const heir = work(type, () => ({ by: 'heir' }));
    expect(await heard(heir, 'completed')).toMatchObject([{ instanceGuid: guid, token: 2 }]);
  });

  it.each([{ concurrency: 0 }, { concurrency: 1.5 }, { lockDurationMs: 10 }, { lockDurationMs: NaN }, { type: [] }])(
    'is not even begun with %j',
    (bad) => {
      expect(() => createWorker({ client, type: 'x', handler: () => null, ...bad })).toThrow(RangeError);
    },
  );
});
