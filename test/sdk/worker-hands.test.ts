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

const throwing = (message: string) => (): never => {
  throw new Error(message);
};

/** Resolves with the so many-th event of this name. */
function times(worker: JobWorker, event: 'activated' | 'completed', count: number): Promise<void> {
  let left = count;
  return new Promise((resolve) => worker.on(event, () => --left === 0 && resolve()));
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

describe('a listener that throws', () => {
  it('changes nothing of the work, and is told of as trouble', async () => {
    const worker = work(({ variables }) => {
      if (variables['fails'] === true) throw new Error('no luck');
    });
    for (const event of ['activated', 'completed', 'failed'] as const) worker.on(event, throwing(`in ${event}`));
    const trouble: string[] = [];
    worker.on('trouble', (error) => trouble.push((error as Error).message));
    const refused: unknown[] = [];
    worker.on('refused', (...args) => refused.push(args));

    for (const [fails, status] of [
      [false, 'waiting'],
      [true, 'error'],
    ] as const)
      // prettier-ignore
      await server.admin.reaches(await server.admin.start(type, { fails }), status);
    await worker.stop();

    expect(trouble).toEqual(['in activated', 'in completed', 'in activated', 'in failed']);
    expect(refused).toEqual([]);
  });

  it('is rethrown on its own where nobody listens to trouble, or trouble itself throws', async () => {
    const rethrown: (() => void)[] = [];
    jest.spyOn(globalThis, 'queueMicrotask').mockImplementation((callback) => void rethrown.push(callback));
    const worker = work(() => null);
    worker.on('activated', throwing('in activated'));
    const first = once(worker, 'completed');
    await server.admin.start(type);
    await first;
    expect(rethrown).toHaveLength(1);
    expect(rethrown[0]).toThrow('in activated');

    const polled = new Promise<void>((resolve) =>
      worker.on('trouble', () => {
        resolve();
        throw new Error('in trouble');
      }),
    );
    front.cut();
    await polled;
    front.mend();
    const second = once(worker, 'completed');
    await server.admin.start(type);
    await second;
    expect(rethrown.at(-1)).toThrow('in trouble');
  });
});
