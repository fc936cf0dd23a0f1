import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createClient } from '../../src/sdk/client.js';
import { createWorker, type JobWorker, type WorkerOptions } from '../../src/sdk/worker.js';
import { ADMIN_TOKEN, startTestServer, type TestServer } from '../e2e/support/test-server.js';
import { deployWork } from '../e2e/support/worker-calls.js';
import { Front } from './support/front.js';

jest.setTimeout(30_000);

let server: TestServer;
let front: Front;
let type: string;
const workers: JobWorker[] = [];

beforeAll(async () => {
  server = await startTestServer();
  front = await Front.start(server.url);
});

beforeEach(async () => {
  type = await deployWork(server.admin);
});

afterEach(async () => {
  jest.restoreAllMocks();
  await Promise.all(workers.splice(0).map((worker) => worker.stop({ graceMs: 0 })));
});

afterAll(async () => {
  await Promise.all([front?.stop(), server?.close()]);
});

function work(handler: WorkerOptions['handler'], more: Partial<WorkerOptions> = {}): JobWorker {
  const client = createClient({ baseUrl: front.url, token: ADMIN_TOKEN });
  const worker = createWorker({ client, type, handler, ...more });
  workers.push(worker);
  return worker;
}

/** Resolves with the so many-th event of this name. */
function times(worker: JobWorker, event: 'activated' | 'completed', count: number): Promise<void> {
  return new Promise((resolve) => worker.on(event, () => --count === 0 && resolve()));
}

describe('the hands of a worker', () => {
  it('are ten unless said otherwise', async () => {
    for (let i = 0; i < 11; i++) await server.admin.start(type);
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    const worker = work(() => released);
    await times(worker, 'activated', 10);
    expect(worker.size).toBe(10);
    const completed = times(worker, 'completed', 11);
    release();
    await completed;
  });

  it('keep nothing of the jobs that have ended', async () => {
    const jobs = 25;
    for (let i = 0; i < jobs; i++) await server.admin.start(type);
    const then = jest.spyOn(Promise.prototype, 'then');
    const worker = work(() => null, { concurrency: 1 });
    await times(worker, 'completed', jobs);
    const reactions = new Map<unknown, number>();
    for (const promise of then.mock.contexts) reactions.set(promise, (reactions.get(promise) ?? 0) + 1);
    expect(Math.max(...reactions.values())).toBeLessThan(5);
  });
});
