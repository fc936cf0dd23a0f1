import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ApiClient, field, type Data } from './support/api-client.js';
import { BatchTrials, countsOf, idOf } from './support/batch-trials.js';

jest.setTimeout(60_000);

let trials: BatchTrials;
beforeAll(async () => {
  trials = await BatchTrials.open();
});
afterAll(() => trials.close());
beforeEach(() => trials.anew());

describe('a batch is refused', () => {
  it.each([
    ['without a selection', { kind: 'retry' }, 'data.filter', 'all: true'],
    ['with an empty filter', { kind: 'retry', filter: {} }, 'data.filter', 'all: true'],
    ['with a filter and all', { kind: 'retry', filter: { status: ['error'] }, all: true }, 'data.all', 'got both'],
    [
      'with a filter and ids',
      { kind: 'retry', filter: { status: ['error'] }, instanceGuids: ['a'] },
      'data.instanceGuids',
      'got both',
    ],
    [
      'with a filter that is not known',
      { kind: 'retry', filter: { stats: ['error'] } },
      'data.filter.stats',
      "no field 'stats' in data.filter",
    ],
    [
      'with a wrong value in the filter',
      { kind: 'retry', filter: { status: ['broken'] } },
      'data.filter.status',
      'must be among',
    ],
    ['for a kind that is not known', { kind: 'delete', all: true }, 'data.kind', 'retry, skip, cancel'],
    [
      'with parameters of another kind',
      { kind: 'skip', all: true, parameters: { mode: 'terminate' } },
      'data.parameters.mode',
      "no field 'mode'",
    ],
    ['without a parameter that is needed', { kind: 'set-variables', all: true }, 'data.parameters.variables', 'is required'],
    ['with no ids', { kind: 'retry', instanceGuids: [] }, 'data.instanceGuids', '1 to 10000'],
    ['with too much at once', { kind: 'retry', all: true, concurrency: 1000 }, 'data.concurrency', '256'],
  ])('%s', async (_title, data, wrong, message) => {
    const answer = await trials.batch(data);

    expect(answer).toMatchObject({ httpStatus: 400, statusCode: '40' });
    const [error] = field(answer, 'errors') as readonly [Data];
    expect(error['field']).toBe(wrong);
    expect(error['message']).toContain(message);
  });

  it('when it meets nothing, or other than was expected', async () => {
    await trials.start(2);

    const nothing = await trials.batch({ kind: 'retry', filter: { processKey: 'no-such-process' } });
    const other = await trials.batch({ kind: 'retry', filter: { processKey: trials.key }, expectedItems: 3 });

    expect(nothing).toMatchObject({ isSuccessful: false, data: { total: 0 } });
    expect(other).toMatchObject({
      isSuccessful: false,
      data: { total: 2 },
      message: expect.stringContaining('Expected 3 items'),
    });
  });

  it("knows nothing of another tenant's instances and batches", async () => {
    const guids = await trials.start(1);
    const own = await trials.batch({ kind: 'retry', instanceGuids: guids });
    await trials.ended(own);
    const { data } = await trials.admin.cmd('CreateApiTokenCommand', { name: 'rival', tenants: ['rival'], roles: ['operator'] });
    const rival = new ApiClient(trials.server.url, String(data?.['token']), 'rival');

    const theirs = await rival.cmd('StartBatchCommand', { kind: 'cancel', instanceGuids: guids });

    const result = await trials.ended(theirs, 'completed', rival);
    expect(countsOf(result)).toEqual({ refused: 1 });
    expect((await trials.admin.state(guids[0] ?? '')).data).toMatchObject({ status: 'error' });
    expect(await trials.get(idOf(own), rival)).toMatchObject({ isSuccessful: false, data: null });
    expect(await rival.cmd('AbortBatchCommand', { batchId: idOf(own) })).toMatchObject({
      message: `Batch '${idOf(own)}' not found.`,
    });
    expect(await rival.cmd('RepeatBatchFailuresCommand', { batchId: idOf(own) })).toMatchObject({ isSuccessful: false });
  });

  it('by who may not do what it does', async () => {
    const token = async (permissions: string[]): Promise<ApiClient> => {
      const { data } = await trials.admin.cmd('CreateApiTokenCommand', { name: 'x', tenants: ['default'], permissions });
      return new ApiClient(trials.server.url, String(data?.['token']));
    };
    const starter = await token(['batch:write', 'task:retry', 'instance:read']);
    const reader = await token(['task:retry', 'instance:read']);

    expect(await starter.cmd('StartBatchCommand', { kind: 'cancel', all: true })).toMatchObject({
      httpStatus: 403,
      data: { requiredPermission: 'instance:cancel' },
    });
    expect(await reader.cmd('StartBatchCommand', { kind: 'retry', all: true })).toMatchObject({
      httpStatus: 403,
      data: { requiredPermission: 'batch:write' },
    });
  });

  it('gives one batch for one idempotency key', async () => {
    const guids = await trials.start(2);
    const data = {
      kind: 'set-variables',
      instanceGuids: guids,
      parameters: { variables: { x: 1 } },
      idempotencyKey: `${trials.key}-once`,
    };

    const [first, second] = [await trials.batch(data), await trials.batch(data)];

    expect(idOf(second)).toBe(idOf(first));
    expect(second.headers['idempotent-replayed']).toBe('true');
    await trials.ended(first);
  });
});
