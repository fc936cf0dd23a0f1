import { getEventListeners } from 'node:events';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createClient, idempotencyKey, RepriseError, type RepriseClient } from '../../src/sdk/client.js';
import { sequence, userTask } from '../e2e/support/models.js';
import { ADMIN_TOKEN, startTestServer, type TestServer } from '../e2e/support/test-server.js';
import { Front, refuses, resets } from './support/front.js';

jest.setTimeout(30_000);

let server: TestServer;
let front: Front;
let client: RepriseClient;

beforeAll(async () => {
  server = await startTestServer();
  const direct = createClient({ baseUrl: server.url, token: ADMIN_TOKEN });
  await direct.createProcessDefinition({ bpmnXml: sequence('person', userTask('Task_1', 'One')) });
});

afterAll(() => server?.close());

/** One for each test: what a call that was given up has left in its connection is not taken for the next one's. */
beforeEach(async () => {
  front = await Front.start(server.url);
  client = createClient({ baseUrl: front.url, token: ADMIN_TOKEN });
});

afterEach(() => front.stop());

const refusalOf = (call: Promise<unknown>): Promise<RepriseError> =>
  call.then(
    () => {
      throw new Error('Expected the call to be refused, but it was done');
    },
    (error: unknown) => {
      if (error instanceof RepriseError) return error;
      throw error;
    },
  );

describe('a client', () => {
  it('answers with the data of what was done', async () => {
    const started = await client.startProcessInstance({ processKey: 'person', variables: { amount: 3 }, businessKey: 'B' });
    expect(started).toMatchObject({ status: 'waiting', businessKey: 'B', state: { variables: { amount: 3 } } });
    const state = await client.getProcessInstanceState({ instanceGuid: started.instanceGuid });
    expect(state.activeActivities.map(({ elementId }) => elementId)).toEqual(['Task_1']);
    await client.signalProcessInstance({ instanceGuid: started.instanceGuid });
    const { items } = await client.getAuditTrail({ instanceGuid: started.instanceGuid });
    expect(items.map(({ action }) => action)).toEqual(['SignalProcessInstance', 'StartProcessInstance']);
    expect(items.every(({ idempotencyKey: key }) => typeof key === 'string')).toBe(true);
  });

  it('says why something was not done, with what helps', async () => {
    const unknown = await refusalOf(client.getProcessInstanceState({ instanceGuid: 'none' }));
    expect(unknown).toMatchObject({ statusCode: '99', httpStatus: 200, data: null, isRefusal: true });
    expect(unknown.message).toBe("Process instance 'none' not found.");
    const invalid = await refusalOf(client.send('RetryFailedTask', { instanceGuid: 1 }));
    expect(invalid).toMatchObject({ statusCode: '40', httpStatus: 400, data: { errors: [{ field: 'data.instanceGuid' }] } });
    const stranger = createClient({ baseUrl: server.url, token: () => Promise.resolve('wrong') });
    expect(await refusalOf(stranger.listApiTokens())).toMatchObject({ statusCode: '401', httpStatus: 401 });
    expect(await refusalOf(client.getProcessDefinitionList({}, { tenant: 'rival' }))).toMatchObject({ httpStatus: 403 });
    expect(front.calls).toHaveLength(3);
  });

  it('repeats what changes something under one key, so that it is done once', async () => {
    front.next(refuses(503), resets, 'lose-answer');

    const { instanceGuid } = await client.startProcessInstance({ processKey: 'person', businessKey: 'once' });

    expect(front.calls).toHaveLength(4);
    expect(new Set(front.calls.map(({ key }) => key)).size).toBe(1);
    expect(front.calls[0]?.key).toEqual(expect.any(String));
    const list = await client.getProcessInstanceList({ businessKey: 'once' });
    expect(list.items).toMatchObject([{ instanceGuid }]);
  });

  it('waits as long as the server asks for, and gives up when its time is over', async () => {
    front.next(refuses(429, { 'retry-after': '1' }));
    await client.getProcessDefinitionList();
    const [first, second] = front.calls;
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(990);

    front.next(refuses(503, { 'retry-after': '3600' }));
    const began = performance.now();
    expect(await refusalOf(client.getProcessDefinitionList())).toMatchObject({ httpStatus: 503, isRefusal: false });
    expect(performance.now() - began).toBeLessThan(5_000);

    front.cut();
    const unreachable = await refusalOf(client.getProcessDefinitionList({}, { retryForMs: 600 }));
    front.mend();
    expect(unreachable).toMatchObject({ statusCode: 'UNREACHABLE', httpStatus: null });
    expect(front.calls.length).toBeGreaterThan(4);
  });

  it('repeats the question for its token as it repeats a call, whatever is called', async () => {
    let asked = 0;
    const token = (): Promise<string> => (++asked < 3 ? Promise.reject(new Error('no token now')) : Promise.resolve(ADMIN_TOKEN));
    const renewing = createClient({ baseUrl: front.url, token });
    expect(await renewing.createApiToken({ name: 'renewed', roles: ['viewer'] })).toMatchObject({ name: 'renewed' });
    expect(asked).toBe(3);

    asked = 0;
    const refusal = await refusalOf(renewing.listApiTokens({}, { retryForMs: 0 }));
    expect(refusal).toMatchObject({ statusCode: 'NO_TOKEN', httpStatus: null, isRefusal: false });
    expect(refusal.message).toBe('There was no token to be had: no token now');
    expect(front.calls).toHaveLength(1);
  });

  it('never repeats what would make a second secret', async () => {
    front.next(resets);
    expect(await refusalOf(client.createApiToken({ name: 'robot', roles: ['viewer'] }))).toMatchObject({
      statusCode: 'UNREACHABLE',
    });
    expect(front.calls).toHaveLength(1);
  });

  it('gives a call up by its signal', async () => {
    front.cut();
    const abort = new AbortController();
    const call = client.getProcessDefinitionList({}, { signal: abort.signal });
    setTimeout(() => abort.abort(new Error('enough')), 50);
    await expect(call).rejects.toThrow('enough');
    front.mend();
  });

  it('leaves nothing on a signal that outlasts its calls', async () => {
    const { signal } = new AbortController();
    for (let i = 0; i < 3; i++) await client.getProcessDefinitionList({}, { signal });
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    // Where Node keeps what AbortSignal.any makes of it, as long as the signal lives.
    const dependants = Object.getOwnPropertySymbols(signal).filter(({ description }) => description === 'kDependantSignals');
    const kept = dependants.map((symbol) => (signal as unknown as Record<symbol, Set<unknown> | null>)[symbol]?.size ?? 0);
    expect(kept.filter((size) => size > 0)).toEqual([]);
  });

  it('says so when what answers is no Reprise', async () => {
    front.next((response) => response.writeHead(404).end('<html>nginx</html>'));
    expect(await refusalOf(client.listApiTokens())).toMatchObject({ statusCode: 'NOT_UNDERSTOOD', httpStatus: 404 });
  });
});

describe('a key of parts', () => {
  it('is the same for the same parts, and another for others', () => {
    expect(idempotencyKey('order', 4711, 'charge')).toBe('order:4711:charge');
    expect(idempotencyKey('a:b', 'c')).not.toBe(idempotencyKey('a', 'b:c'));
    expect(idempotencyKey('a', '')).not.toBe(idempotencyKey('a'));
    expect(() => idempotencyKey('', '')).toThrow(RangeError);
  });

  it('fits however long the parts are', () => {
    const long = 'x'.repeat(10_000);
    expect(idempotencyKey(long).length).toBeLessThanOrEqual(255);
    expect(idempotencyKey(long, 1)).not.toBe(idempotencyKey(long, 2));
  });
});
