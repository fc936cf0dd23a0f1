import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createClient } from '../../src/sdk/client.js';
import { BpmnError, createWorker, RetryAfter, type JobWorker, type WorkerOptions } from '../../src/sdk/worker.js';
import { ADMIN_TOKEN, startTestServer, type TestServer } from '../e2e/support/test-server.js';
import { deployWork } from '../e2e/support/worker-calls.js';
import { Front, refuses } from './support/front.js';

jest.setTimeout(30_000);

let server: TestServer;
let front: Front;
const workers: JobWorker[] = [];

beforeAll(async () => {
  server = await startTestServer();
  front = await Front.start(server.url);
});

afterEach(() => Promise.all(workers.splice(0).map((worker) => worker.stop({ graceMs: 0 }))));

afterAll(async () => {
  await Promise.all([front?.stop(), server?.close()]);
});

/** One hand only, so that nothing is asked while a job is in it. */
function work(type: string, handler: WorkerOptions['handler'], token: () => string = () => ADMIN_TOKEN): JobWorker {
  const client = createClient({ baseUrl: front.url, token });
  const worker = createWorker({ client, type, handler, concurrency: 1 });
  workers.push(worker);
  return worker;
}

interface Ending {
  /** What the worker calls the failure. */
  readonly failed: unknown;
  readonly state: unknown;
  /** The code of the failure in the audit trail. */
  readonly errorCode: unknown;
}

/** What becomes of a job whose first attempt ends so. */
async function ending(handler: () => unknown): Promise<Ending> {
  const type = await deployWork(server.admin, { Retries: '3', retryBackoff: '600000' });
  const worker = work(type, handler);
  const guid = await server.admin.start(type);
  const [, failed] = (await once(worker, 'failed')) as unknown[];
  const [told] = (await server.admin.trail(guid)).filter(({ action }) => action === 'FailJob' || action === 'ThrowBpmnError');
  const { errorCode } = told?.['detail'] as { errorCode: unknown };
  return { failed, state: (await server.admin.state(guid)).data, errorCode };
}

const throwing = (value: unknown) => (): never => {
  throw value;
};

const circle: Record<string, unknown> = {};
circle['self'] = [circle];

describe('a result that could not be kept as it is', () => {
  it.each<[what: string, value: () => unknown, path: string]>([
    ['a BigInt', () => ({ n: [1n] }), 'result.n[0]'],
    ['a circle', () => circle, 'in a circle'],
    ['an invalid Date', () => ({ at: new Date(NaN) }), 'result.at'],
    ['bytes', () => ({ scan: Buffer.from('x') }), 'result.scan'],
    ['NaN', () => ({ a: { b: NaN } }), 'result.a.b'],
    ['an infinity', () => [-Infinity], 'result[0]'],
    ['a Map', () => new Map([['a', 1]]), 'result'],
    ['a Set', () => ({ seen: new Set([1]) }), 'result.seen'],
    ['a function', () => () => 1, 'result'],
    ['a symbol', () => ({ s: Symbol('s') }), 'result.s'],
    ['an Error', () => ({ why: new Error('lost') }), 'result.why'],
    ['a getter that throws', () => ({ get x() { throw new Error('locked'); } }), 'locked'], // prettier-ignore
    ['half of a surrogate pair', () => ['\uD800'], 'result[0]'],
    ['a key that is refused', () => ({ a: { constructor: 1 } }), 'result.a'],
    ['too many levels', () => JSON.parse('['.repeat(50) + ']'.repeat(50)) as unknown, 'nested too deep'],
  ])('%s: fails the job once and for all, and says where', async (_what, value, path) => {
    const { failed, state } = await ending(value);
    expect(failed).toMatchObject({ code: 'RESULT_NOT_STORABLE' });
    const errorMessage: unknown = expect.stringContaining(path);
    expect(state).toMatchObject({
      status: 'error',
      error: { errorCode: 'RESULT_NOT_STORABLE', attemptNumber: 1, errorMessage },
    });
  });

  it('is not one that JSON has a usual form for', async () => {
    const type = await deployWork(server.admin);
    const worker = work(type, () => ({ a: 1, b: undefined, list: [undefined], at: new Date(0), price: { toJSON: () => 5 } }));
    const guid = await server.admin.start(type);
    await once(worker, 'completed');
    const kept = { a: 1, list: [null], at: '1970-01-01T00:00:00.000Z', price: 5 };
    expect((await server.admin.state(guid)).data).toMatchObject({ state: { variables: kept } });
  });
});

describe('what a handler throws', () => {
  const unreadable = new Proxy({}, { get: throwing(new Error('no')), getPrototypeOf: throwing(new Error('no')) });
  it.each<[what: string, thrown: unknown, message: string, code?: string]>([
    ['with a code that has a NUL', Object.assign(new Error('boom'), { code: 'A\u0000B' }), 'boom', 'A\uFFFDB'],
    ['with half of a surrogate pair', Object.assign(new Error('x\uD800'), { code: 'A\uD800' }), 'x\uFFFD', 'A\uFFFD'],
    ['with a code too long', Object.assign(new Error('boom'), { code: 'C'.repeat(300) }), 'boom', 'C'.repeat(255)],
    ['with a message that is no text', Object.assign(new Error(), { message: { a: 1 } }), '[object Object]'],
    ['without a prototype', Object.create(null), 'A value without a text was thrown.'],
    ['that cannot be read', unreadable, 'A value without a text was thrown.'],
    ['that is an empty text', '', 'A value without a text was thrown.'],
    ['to be tried again in 31 years', new RetryAfter(1e12, 'busy'), 'busy'],
    ['to be tried again never', new RetryAfter(Infinity, 'busy'), 'busy'],
    ['to be tried again nobody knows when', new RetryAfter(NaN, 'busy'), 'busy'],
  ])('%s: is a failure of this attempt', async (_what, thrown, errorMessage, code = 'JOB_FAILED') => {
    const { failed, state, errorCode } = await ending(throwing(thrown));
    expect(failed).toBe(thrown);
    expect(state).toMatchObject({ status: 'running', retrying: { attemptNumber: 1, errorMessage } });
    expect(errorCode).toBe(code);
  });

  it.each([
    ['without a code', ''],
    ['with a code too long', 'x'.repeat(256)],
    ['with a code that cannot be stored', 'A\u0000'],
  ])('as a modelled error %s: is one that a person must see', async (_what, code) => {
    const { failed, state } = await ending(throwing(new BpmnError(code, 'no funds')));
    expect(failed).toMatchObject({ code: 'BPMN_ERROR_NOT_STORABLE' });
    const errorMessage: unknown = expect.stringContaining('no funds');
    expect(state).toMatchObject({
      status: 'error',
      error: { errorCode: 'BPMN_ERROR_NOT_STORABLE', attemptNumber: 1, errorMessage },
    });
  });

  it.each<[what: string, variables: unknown, why: string]>([
    ['that are no JSON', { n: 1n }, 'variables.n'],
    ['that the server refuses', [1], 'must be a JSON object'],
    ['that are too large', { text: 'x'.repeat(2 * 1024 * 1024) }, '1048576'],
  ])('as a modelled error with variables %s: is thrown without them, and says so', async (_what, variables, why) => {
    const thrown = new BpmnError('NO_FUNDS', 'broke', variables as Record<string, unknown>);
    const { failed, state } = await ending(throwing(thrown));
    expect(failed).toBe(thrown);
    const errorMessage: unknown = expect.stringMatching(/^broke \(Its variables were left out: .*\)$/);
    expect(state).toMatchObject({ status: 'error', error: { errorCode: 'NO_FUNDS', errorMessage } });
    expect(JSON.stringify(state)).toContain(why);
  });

  it('is told without its words where the server does not take them', async () => {
    const { state, errorCode } = await ending(() => {
      front.next(refuses(413));
      throw Object.assign(new Error('boom'), { code: 'BOOM' });
    });
    const errorMessage: unknown = expect.stringContaining('No: 413');
    expect(state).toMatchObject({ status: 'running', retrying: { attemptNumber: 1, errorMessage } });
    expect(errorCode).toBe('JOB_FAILED');
  });
});

describe('a hand-in', () => {
  it('is repeated where there is no token for a while', async () => {
    const type = await deployWork(server.admin);
    let until = 0;
    const worker = work(
      type,
      () => {
        until = performance.now() + 200;
        return { paid: true };
      },
      () => {
        if (performance.now() < until) throw new Error('no token now');
        return ADMIN_TOKEN;
      },
    );
    const guid = await server.admin.start(type);
    await Promise.race([once(worker, 'completed'), once(worker, 'refused').then(([, error]) => Promise.reject(error as Error))]);
    expect((await server.admin.state(guid)).data).toMatchObject({ state: { variables: { paid: true } } });
  });

  it('ends with its worker: nothing is sent when the time of stop() is over', async () => {
    const type = await deployWork(server.admin);
    const worker = work(type, () => {
      front.cut();
      return { paid: true };
    });
    await server.admin.start(type);
    await once(worker, 'activated');
    const refused = once(worker, 'refused');
    await worker.stop({ graceMs: 100 });
    const sent = front.calls.length;
    expect(await refused).toMatchObject([{ type }, { name: 'JobAborted', reason: 'stopped' }]);
    expect(front.calls).toHaveLength(sent);
    front.mend();
  });
});
