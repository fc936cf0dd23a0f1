import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ApiClient, field, type Data, type WireAnswer } from './support/api-client.js';
import { httpTask, sequence, userTask } from './support/models.js';
import { failing, succeeding, TestService } from './support/test-service.js';
import { startTestServer, type TestServer } from './support/test-server.js';
import { until } from './support/until.js';

jest.setTimeout(60_000);

let server: TestServer;
let admin: ApiClient;
let service: TestService;
let models = 0;
let key = '';

beforeAll(async () => {
  [server, service] = await Promise.all([startTestServer(), new TestService().start()]);
  admin = server.admin;
});
afterAll(() => Promise.all([server.close(), service.stop()]));

/** Each test has a process of its own: its instances fail while the service does, then wait for a person. */
beforeEach(async () => {
  key = `loan-${models++}`;
  await admin.deploy(sequence(key, httpTask('Check', 'Check credit'), userTask('Approve', 'Approve')));
  service.answers(failing());
});

function start(count: number, variables: Data = {}): Promise<string[]> {
  const one = (i: number): Promise<string> =>
    admin.start(key, { serviceUrl: service.url, number: i, ...variables }, { businessKey: `${key}-${i}` });
  return Promise.all(Array.from({ length: count }, (_, i) => one(i)));
}

const batch = (data: object): Promise<WireAnswer> => admin.cmd('StartBatchCommand', data);
const idOf = (answer: WireAnswer): string => String(field(answer, 'batchId'));
const get = (batchId: string, client = admin): Promise<WireAnswer> => client.cmd('GetBatchQuery', { batchId });

async function ended(answer: WireAnswer, status = 'completed'): Promise<WireAnswer> {
  if (!answer.isSuccessful) throw new Error(`Expected the batch to start, but: ${answer.text}`);
  return until(
    () => get(idOf(answer)),
    (now) => field(now, 'status') === status,
  );
}

async function items(answer: WireAnswer, state?: string): Promise<readonly Data[]> {
  const found = await admin.cmd('GetBatchItemsQuery', { batchId: idOf(answer), ...(state !== undefined && { state }) });
  return field(found, 'items') as readonly Data[];
}

async function audited(action: string, batchId: string): Promise<readonly Data[]> {
  const answer = await admin.cmd('GetAuditTrailQuery', { action: [action], pageSize: 100 });
  return (field(answer, 'items') as readonly Data[]).filter(
    ({ detail }) => String((detail as Data | null)?.['batchId']) === batchId,
  );
}

/** Counts that are not zero. */
function counts(answer: WireAnswer): Data {
  return Object.fromEntries(Object.entries(field(answer, 'counts') as Data).filter(([, count]) => count !== 0));
}

describe('a batch', () => {
  it('repairs all failures of a group, and tells of each what came of it', async () => {
    const guids = await start(30);
    const groups = await admin.cmd('GetFailureGroupsQuery', { processKey: key });
    const [group] = field(groups, 'items') as readonly [Data];
    expect(group).toMatchObject({ count: 30, activityId: 'Check', errorCode: 'HTTP_503' });
    const failureGroup = group['groupId'];
    service.answers(succeeding());

    const preview = await admin.cmd('PreviewBatchQuery', { kind: 'retry', failureGroup, samples: 2 });
    const started = await batch({
      kind: 'retry',
      failureGroup,
      parameters: { updatedVariables: { repaired: true } },
      reason: 'the bureau is back',
      canary: 3,
      expectedItems: field(preview, 'total'),
    });
    const result = await ended(started);

    expect(preview.data).toMatchObject({ total: 30, byStatus: { error: 30 }, byProcess: [{ processKey: key, count: 30 }] });
    expect(preview.data).toMatchObject({ willBeRefused: 0, samples: [{ taskId: 'Check', allowed: true }, { allowed: true }] });
    expect(counts(result)).toEqual({ recovered: 30 });
    expect(result.data).toMatchObject({ total: 30, canary: { items: 3, state: 'passed' }, reason: 'the bureau is back' });
    expect(result.data).toMatchObject({ progress: { ended: 30, percent: 100, remainingMs: 0 } });
    expect((await items(started)).map(({ instanceGuid }) => instanceGuid).sort()).toEqual([...guids].sort());
    expect(await items(started)).toEqual(
      expect.arrayContaining([expect.objectContaining({ state: 'recovered', statusBefore: 'error', taskId: 'Check' })]),
    );
    expect((await admin.state(guids[0] ?? '')).data).toMatchObject({
      status: 'waiting',
      state: { variables: { repaired: true } },
    });
    expect(field(await admin.cmd('GetFailureGroupsQuery', { processKey: key }), 'items')).toEqual([]);
    expect(await audited('StartBatch', idOf(started))).toMatchObject([{ comment: 'the bureau is back', detail: { total: 30 } }]);
    expect(await audited('BatchCompleted', idOf(started))).toMatchObject([{ detail: { counts: { recovered: 30 } } }]);
    const retries = await audited('RetryFailedTask', idOf(started));
    expect(new Set(retries.map(({ instanceGuid }) => instanceGuid))).toEqual(new Set(guids));
    expect(retries).toHaveLength(30);
    expect(retries[0]).toMatchObject({ outcome: 'succeeded', comment: 'the bureau is back', actor: { id: expect.any(String) } });
  });

  it('tells failed attempts with their new errors, and repeats those alone', async () => {
    await start(6);
    service.answers(failing(500, 'still broken'));
    const first = await batch({ kind: 'retry', filter: { processKey: key, status: ['error'] }, parameters: {} });
    expect(counts(await ended(first))).toEqual({ 'failed-again': 6 });
    expect(await items(first, 'failed-again')).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          errorCode: 'HTTP_500',
          errorMessage: expect.stringContaining('still broken'),
          statusAfter: 'error',
        }),
      ]),
    );
    service.answers(succeeding());

    const again = await admin.cmd('RepeatBatchFailuresCommand', { batchId: idOf(first), reason: 'mended' });

    const result = await ended(again);
    expect(counts(result)).toEqual({ recovered: 6 });
    expect(result.data).toMatchObject({ kind: 'retry', repeatOf: idOf(first), reason: 'mended' });
    expect(await admin.cmd('RepeatBatchFailuresCommand', { batchId: idOf(again) })).toMatchObject({
      isSuccessful: false,
      message: expect.stringContaining('meets nothing'),
    });
  });

  it('stops when its canaries do not recover, says so, and goes on when a person says so', async () => {
    await start(8);
    const started = await batch({ kind: 'retry', filter: { processKey: key }, canary: 2, concurrency: 1 });

    const stopped = await ended(started, 'stopped');

    expect(counts(stopped)).toEqual({ 'failed-again': 2, pending: 6 });
    expect(stopped.data).toMatchObject({ canary: { items: 2, state: 'failed' } });
    expect(field(stopped, 'statusReason')).toMatch(/^Canary: 0 of 2 recovered; item 1: .*503/);
    expect(await audited('BatchStopped', idOf(started))).toMatchObject([{ outcome: 'failed', actor: { type: 'system' } }]);
    service.answers(succeeding());
    expect((await admin.cmd('ResumeBatchCommand', { batchId: idOf(started) })).isSuccessful).toBe(true);
    expect(counts(await ended(started))).toEqual({ 'failed-again': 2, recovered: 6 });
  });

  it('stops when too many have failed', async () => {
    await start(8);
    const started = await batch({ kind: 'retry', filter: { processKey: key }, maxFailures: 3, concurrency: 1 });

    const stopped = await ended(started, 'stopped');

    expect(counts(stopped)).toEqual({ 'failed-again': 3, pending: 5 });
    expect(field(stopped, 'statusReason')).toBe('3 items have not recovered, and 3 are allowed');
  });

  it('begins nothing while it is paused, and nothing more once it is aborted', async () => {
    await start(10);
    service.calls.length = 0;
    service.holds(succeeding());
    const started = await batch({ kind: 'retry', filter: { processKey: key }, concurrency: 2 });
    const batchId = idOf(started);
    await service.hasCalls(2);

    expect(await admin.cmd('PauseBatchCommand', { batchId, comment: 'wait' })).toMatchObject({ data: { status: 'paused' } });
    service.release();
    await until(
      () => get(batchId),
      (now) => field(now, 'counts.recovered') === 2,
    );
    expect(service.calls).toHaveLength(2);
    expect(await admin.cmd('ResumeBatchCommand', { batchId })).toMatchObject({ data: { status: 'running' } });
    await service.hasCalls(4);
    expect(await admin.cmd('AbortBatchCommand', { batchId })).toMatchObject({ data: { status: 'aborting' } });
    service.release();
    const aborted = await ended(started, 'aborted');

    expect(counts(aborted)).toEqual({ recovered: 4, 'not-attempted': 6 });
    expect(service.calls).toHaveLength(4);
    expect(await admin.cmd('ResumeBatchCommand', { batchId })).toMatchObject({
      isSuccessful: false,
      message: 'Expected the batch to be paused or stopped. Current status: aborted',
      data: { currentStatus: 'aborted' },
    });
    expect((await audited('PauseBatch', batchId))[0]).toMatchObject({ comment: 'wait', outcome: 'succeeded' });
    expect(await audited('BatchAborted', batchId)).toMatchObject([{ detail: { counts: { recovered: 4, 'not-attempted': 6 } } }]);
  });

  it('leaves alone what has moved on since it was chosen', async () => {
    const guids = await start(4);
    const started = await batch({ kind: 'retry', instanceGuids: guids, ratePerSecond: 20, concurrency: 1 });
    await admin.cmd('CancelProcessInstanceCommand', { instanceGuid: guids[3] });

    const result = await ended(started);

    expect(counts(result)).toEqual({ 'failed-again': 3, 'moved-on': 1 });
    expect(await items(started, 'moved-on')).toMatchObject([{ instanceGuid: guids[3], statusAfter: 'cancelled' }]);
  });

  it('gives each failure to one of two batches over the same instances', async () => {
    const guids = await start(25);
    service.answers(succeeding());
    service.calls.length = 0;

    const both = await Promise.all([1, 2].map(() => batch({ kind: 'retry', instanceGuids: guids, concurrency: 8 })));
    const results = await Promise.all(both.map((started) => ended(started)));

    const recovered = results.map((result) => Number(counts(result)['recovered'] ?? 0));
    const movedOn = results.map((result) => Number(counts(result)['moved-on'] ?? 0));
    expect((recovered[0] ?? 0) + (recovered[1] ?? 0)).toBe(25);
    expect((movedOn[0] ?? 0) + (movedOn[1] ?? 0)).toBe(25);
    expect(service.calls).toHaveLength(25);
  });

  it.each([
    ['skip', { additionalData: { score: 1 } }, 'waiting', { score: 1 }],
    ['cancel', { mode: 'terminate' }, 'cancelled', {}],
    ['pause', {}, 'paused', {}],
    ['set-variables', { variables: { seen: true } }, 'error', { seen: true }],
  ])('does %s on each', async (kind, parameters, status, variables) => {
    const guids = await start(3);

    const started = await batch({ kind, instanceGuids: guids, parameters });

    expect(counts(await ended(started))).toEqual({ done: 3 });
    expect(await items(started)).toMatchObject(
      guids.map((instanceGuid) => ({ instanceGuid, state: 'done', statusAfter: status })),
    );
    for (const guid of guids) expect((await admin.state(guid)).data).toMatchObject({ status, state: { variables } });
  });

  it('resumes what is paused, and is refused what is not', async () => {
    const guids = await start(3);
    await admin.cmd('PauseProcessInstanceCommand', { instanceGuid: guids[0] });

    const started = await batch({ kind: 'resume', instanceGuids: [...guids, 'nobody', 'nobody'] });

    expect(counts(await ended(started))).toEqual({ done: 1, refused: 3 });
    expect(await items(started, 'refused')).toMatchObject([
      { reason: 'Process instance is not in paused state. Current state: error' },
      { reason: 'Process instance is not in paused state. Current state: error' },
      { instanceGuid: 'nobody', reason: "Process instance 'nobody' not found.", statusBefore: null },
    ]);
  });

  it('attempts tasks now that wait for their next attempt', async () => {
    key = `loan-${models++}`;
    const patient = httpTask('Check', 'Check credit', { Retries: '5', retryBackoff: '3600000' });
    await admin.deploy(sequence(key, patient, userTask('Approve', 'Approve')));
    await start(4);
    service.answers(succeeding());

    const started = await batch({ kind: 'retry-now', filter: { processKey: key, retrying: true } });

    expect(counts(await ended(started))).toEqual({ recovered: 4 });
  });

  it('says that an attempt is still running when it has not ended in time, or is attempted again later', async () => {
    key = `loan-${models++}`;
    const patient = httpTask('Check', 'Check credit', { Retries: '1', retryBackoff: '50' });
    await admin.deploy(sequence(key, patient));
    const guids = await start(1);
    await admin.reaches(guids[0] ?? '', 'error');
    service.holds(failing());

    const slow = await batch({ kind: 'retry', filter: { processKey: key }, parameters: { attempts: 'reset' }, waitMs: 100 });

    expect(counts(await ended(slow))).toEqual({ 'still-running': 1 });
    service.answers(failing());
    service.release();
    await admin.reaches(guids[0] ?? '', 'error');
    const again = await batch({ kind: 'retry', filter: { processKey: key }, parameters: { attempts: 'reset' } });
    expect(counts(await ended(again))).toEqual({ 'still-running': 1 });
    expect(await items(again)).toMatchObject([
      { errorCode: 'HTTP_503', reason: expect.stringContaining('next automatic attempt is due at') },
    ]);
  });
});

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
    const answer = await batch(data);

    expect(answer).toMatchObject({ httpStatus: 400, statusCode: '40' });
    const [error] = field(answer, 'errors') as readonly [Data];
    expect(error['field']).toBe(wrong);
    expect(error['message']).toContain(message);
  });

  it('when it meets nothing, or other than was expected', async () => {
    await start(2);

    const nothing = await batch({ kind: 'retry', filter: { processKey: 'no-such-process' } });
    const other = await batch({ kind: 'retry', filter: { processKey: key }, expectedItems: 3 });

    expect(nothing).toMatchObject({ isSuccessful: false, data: { total: 0 } });
    expect(other).toMatchObject({
      isSuccessful: false,
      data: { total: 2 },
      message: expect.stringContaining('Expected 3 items'),
    });
  });

  it("knows nothing of another tenant's instances and batches", async () => {
    const guids = await start(1);
    const own = await batch({ kind: 'retry', instanceGuids: guids });
    await ended(own);
    const { data } = await admin.cmd('CreateApiTokenCommand', { name: 'rival', tenants: ['rival'], roles: ['operator'] });
    const rival = new ApiClient(server.url, String(data?.['token']), 'rival');

    const theirs = await rival.cmd('StartBatchCommand', { kind: 'cancel', instanceGuids: guids });

    const result = await until(
      () => get(idOf(theirs), rival),
      (now) => field(now, 'status') === 'completed',
    );
    expect(counts(result)).toEqual({ refused: 1 });
    expect((await admin.state(guids[0] ?? '')).data).toMatchObject({ status: 'error' });
    expect(await get(idOf(own), rival)).toMatchObject({ isSuccessful: false, data: null });
    expect(await rival.cmd('AbortBatchCommand', { batchId: idOf(own) })).toMatchObject({
      message: `Batch '${idOf(own)}' not found.`,
    });
    expect(await rival.cmd('RepeatBatchFailuresCommand', { batchId: idOf(own) })).toMatchObject({ isSuccessful: false });
  });

  it('by who may not do what it does', async () => {
    const token = async (permissions: string[]): Promise<ApiClient> => {
      const { data } = await admin.cmd('CreateApiTokenCommand', { name: 'x', tenants: ['default'], permissions });
      return new ApiClient(server.url, String(data?.['token']));
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
    const guids = await start(2);
    const data = {
      kind: 'set-variables',
      instanceGuids: guids,
      parameters: { variables: { x: 1 } },
      idempotencyKey: `${key}-once`,
    };

    const [first, second] = [await batch(data), await batch(data)];

    expect(idOf(second)).toBe(idOf(first));
    expect(second.headers['idempotent-replayed']).toBe('true');
    await ended(first);
  });
});
