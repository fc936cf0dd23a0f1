import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { field, type Data } from './support/api-client.js';
import { BatchTrials, countsOf, idOf } from './support/batch-trials.js';
import { failing, succeeding } from './support/test-service.js';
import { until } from './support/until.js';

jest.setTimeout(60_000);

let trials: BatchTrials;
beforeAll(async () => {
  trials = await BatchTrials.open();
});
afterAll(() => trials.close());
beforeEach(() => trials.anew());

describe('a batch', () => {
  it('repairs all failures of a group, and tells of each what came of it', async () => {
    const guids = await trials.start(30);
    const groups = await trials.admin.cmd('GetFailureGroupsQuery', { processKey: trials.key });
    const [group] = field(groups, 'items') as readonly [Data];
    expect(group).toMatchObject({ count: 30, activityId: 'Check', errorCode: 'HTTP_503' });
    const failureGroup = group['groupId'];
    trials.service.answers(succeeding());

    const preview = await trials.admin.cmd('PreviewBatchQuery', { kind: 'retry', failureGroup, samples: 2 });
    const started = await trials.batch({
      kind: 'retry',
      failureGroup,
      parameters: { updatedVariables: { repaired: true } },
      reason: 'the bureau is back',
      canary: 3,
      expectedItems: field(preview, 'total'),
    });
    const result = await trials.ended(started);

    expect(preview.data).toMatchObject({
      total: 30,
      byStatus: { error: 30 },
      byProcess: [{ processKey: trials.key, count: 30 }],
    });
    expect(preview.data).toMatchObject({ willBeRefused: 0, samples: [{ taskId: 'Check', allowed: true }, { allowed: true }] });
    expect(countsOf(result)).toEqual({ recovered: 30 });
    expect(result.data).toMatchObject({ total: 30, canary: { items: 3, state: 'passed' }, reason: 'the bureau is back' });
    expect(result.data).toMatchObject({ progress: { ended: 30, percent: 100, remainingMs: 0 } });
    expect((await trials.items(started)).map(({ instanceGuid }) => instanceGuid).sort()).toEqual([...guids].sort());
    expect(await trials.items(started)).toEqual(
      expect.arrayContaining([expect.objectContaining({ state: 'recovered', statusBefore: 'error', taskId: 'Check' })]),
    );
    expect((await trials.admin.state(guids[0] ?? '')).data).toMatchObject({
      status: 'waiting',
      state: { variables: { repaired: true } },
    });
    expect(field(await trials.admin.cmd('GetFailureGroupsQuery', { processKey: trials.key }), 'items')).toEqual([]);
    expect(await trials.audited('StartBatch', idOf(started))).toMatchObject([
      { comment: 'the bureau is back', detail: { total: 30 } },
    ]);
    expect(await trials.audited('BatchCompleted', idOf(started))).toMatchObject([{ detail: { counts: { recovered: 30 } } }]);
    const retries = await trials.audited('RetryFailedTask', idOf(started));
    expect(new Set(retries.map(({ instanceGuid }) => instanceGuid))).toEqual(new Set(guids));
    expect(retries).toHaveLength(30);
    expect(retries[0]).toMatchObject({ outcome: 'succeeded', comment: 'the bureau is back', actor: { id: expect.any(String) } });
  });

  it('tells failed attempts with their new errors, and repeats those alone', async () => {
    await trials.start(6);
    trials.service.answers(failing(500, 'still broken'));
    const first = await trials.batch({ kind: 'retry', filter: { processKey: trials.key, status: ['error'] }, parameters: {} });
    expect(countsOf(await trials.ended(first))).toEqual({ 'failed-again': 6 });
    expect(await trials.items(first, 'failed-again')).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          errorCode: 'HTTP_500',
          errorMessage: expect.stringContaining('still broken'),
          statusAfter: 'error',
        }),
      ]),
    );
    trials.service.answers(succeeding());

    const again = await trials.admin.cmd('RepeatBatchFailuresCommand', { batchId: idOf(first), reason: 'mended' });

    const result = await trials.ended(again);
    expect(countsOf(result)).toEqual({ recovered: 6 });
    expect(result.data).toMatchObject({ kind: 'retry', repeatOf: idOf(first), reason: 'mended' });
    expect(await trials.admin.cmd('RepeatBatchFailuresCommand', { batchId: idOf(again) })).toMatchObject({
      isSuccessful: false,
      message: expect.stringContaining('meets nothing'),
    });
  });

  it('stops when its canaries do not recover, says so, and goes on when a person says so', async () => {
    await trials.start(8);
    const started = await trials.batch({ kind: 'retry', filter: { processKey: trials.key }, canary: 2, concurrency: 1 });

    const stopped = await trials.ended(started, 'stopped');

    expect(countsOf(stopped)).toEqual({ 'failed-again': 2, pending: 6 });
    expect(stopped.data).toMatchObject({ canary: { items: 2, state: 'failed' } });
    expect(field(stopped, 'statusReason')).toMatch(/^Canary: 0 of 2 recovered; item 1: .*503/);
    expect(await trials.audited('BatchStopped', idOf(started))).toMatchObject([{ outcome: 'failed', actor: { type: 'system' } }]);
    trials.service.answers(succeeding());
    expect((await trials.admin.cmd('ResumeBatchCommand', { batchId: idOf(started) })).isSuccessful).toBe(true);
    expect(countsOf(await trials.ended(started))).toEqual({ 'failed-again': 2, recovered: 6 });
  });

  it('stops when too many have failed', async () => {
    await trials.start(8);
    const started = await trials.batch({ kind: 'retry', filter: { processKey: trials.key }, maxFailures: 3, concurrency: 1 });

    const stopped = await trials.ended(started, 'stopped');

    expect(countsOf(stopped)).toEqual({ 'failed-again': 3, pending: 5 });
    expect(field(stopped, 'statusReason')).toBe('3 items have not recovered, and 3 are allowed');
  });

  it('begins nothing while it is paused, and nothing more once it is aborted', async () => {
    await trials.start(10);
    trials.service.calls.length = 0;
    trials.service.holds(succeeding());
    const started = await trials.batch({ kind: 'retry', filter: { processKey: trials.key }, concurrency: 2 });
    const batchId = idOf(started);
    await trials.service.hasCalls(2);

    expect(await trials.admin.cmd('PauseBatchCommand', { batchId, comment: 'wait' })).toMatchObject({
      data: { status: 'paused' },
    });
    trials.service.release();
    await until(
      () => trials.get(batchId),
      (now) => field(now, 'counts.recovered') === 2,
    );
    expect(trials.service.calls).toHaveLength(2);
    expect(await trials.admin.cmd('ResumeBatchCommand', { batchId })).toMatchObject({ data: { status: 'running' } });
    await trials.service.hasCalls(4);
    expect(await trials.admin.cmd('AbortBatchCommand', { batchId })).toMatchObject({ data: { status: 'aborting' } });
    trials.service.release();
    const aborted = await trials.ended(started, 'aborted');

    expect(countsOf(aborted)).toEqual({ recovered: 4, 'not-attempted': 6 });
    expect(trials.service.calls).toHaveLength(4);
    expect(await trials.admin.cmd('ResumeBatchCommand', { batchId })).toMatchObject({
      isSuccessful: false,
      message: 'Expected the batch to be paused or stopped. Current status: aborted',
      data: { currentStatus: 'aborted' },
    });
    expect((await trials.audited('PauseBatch', batchId))[0]).toMatchObject({ comment: 'wait', outcome: 'succeeded' });
    expect(await trials.audited('BatchAborted', batchId)).toMatchObject([
      { detail: { counts: { recovered: 4, 'not-attempted': 6 } } },
    ]);
  });

  it('comes to its end beside traffic that does not', async () => {
    const [other = '', ...guids] = await trials.start(6);
    trials.service.answers(succeeding());
    let isOver = false;
    const traffic = (async () => {
      for (let i = 0; !isOver; i++)
        await trials.admin.cmd('SetProcessVariablesCommand', { instanceGuid: other, variables: { i } });
    })();
    try {
      const result = await trials.ended(await trials.batch({ kind: 'retry', instanceGuids: guids }));
      expect(countsOf(result)).toEqual({ recovered: 5 });
    } finally {
      isOver = true;
      await traffic;
    }
  });

  it('leaves alone what has moved on since it was chosen', async () => {
    const guids = await trials.start(4);
    const started = await trials.batch({ kind: 'retry', instanceGuids: guids, ratePerSecond: 20, concurrency: 1 });
    await trials.admin.cmd('CancelProcessInstanceCommand', { instanceGuid: guids[3] });

    const result = await trials.ended(started);

    expect(countsOf(result)).toEqual({ 'failed-again': 3, 'moved-on': 1 });
    expect(await trials.items(started, 'moved-on')).toMatchObject([{ instanceGuid: guids[3], statusAfter: 'cancelled' }]);
  });

  it('gives each failure to one of two batches over the same instances', async () => {
    const guids = await trials.start(25);
    trials.service.answers(succeeding());
    trials.service.calls.length = 0;

    const both = await Promise.all([1, 2].map(() => trials.batch({ kind: 'retry', instanceGuids: guids, concurrency: 8 })));
    const results = await Promise.all(both.map((started) => trials.ended(started)));

    const recovered = results.map((result) => Number(countsOf(result)['recovered'] ?? 0));
    const movedOn = results.map((result) => Number(countsOf(result)['moved-on'] ?? 0));
    expect((recovered[0] ?? 0) + (recovered[1] ?? 0)).toBe(25);
    expect((movedOn[0] ?? 0) + (movedOn[1] ?? 0)).toBe(25);
    expect(trials.service.calls).toHaveLength(25);
  });

  it.each([
    ['skip', { additionalData: { score: 1 } }, 'waiting', { score: 1 }],
    ['cancel', { mode: 'terminate' }, 'cancelled', {}],
    ['pause', {}, 'paused', {}],
    ['set-variables', { variables: { seen: true } }, 'error', { seen: true }],
  ])('does %s on each', async (kind, parameters, status, variables) => {
    const guids = await trials.start(3);

    const started = await trials.batch({ kind, instanceGuids: guids, parameters });

    expect(countsOf(await trials.ended(started))).toEqual({ done: 3 });
    expect(await trials.items(started)).toMatchObject(
      guids.map((instanceGuid) => ({ instanceGuid, state: 'done', statusAfter: status })),
    );
    for (const guid of guids) expect((await trials.admin.state(guid)).data).toMatchObject({ status, state: { variables } });
  });

  it('resumes what is paused, and is refused what is not', async () => {
    const guids = await trials.start(3);
    await trials.admin.cmd('PauseProcessInstanceCommand', { instanceGuid: guids[0] });

    const started = await trials.batch({ kind: 'resume', instanceGuids: [...guids, 'nobody', 'nobody'] });

    expect(countsOf(await trials.ended(started))).toEqual({ done: 1, refused: 3 });
    expect(await trials.items(started, 'refused')).toMatchObject([
      { reason: 'Process instance is not in paused state. Current state: error' },
      { reason: 'Process instance is not in paused state. Current state: error' },
      { instanceGuid: 'nobody', reason: "Process instance 'nobody' not found.", statusBefore: null },
    ]);
  });

  it('attempts tasks now that wait for their next attempt', async () => {
    await trials.anew({ Retries: '5', retryBackoff: '3600000' });
    await trials.start(4);
    trials.service.answers(succeeding());

    const started = await trials.batch({ kind: 'retry-now', filter: { processKey: trials.key, retrying: true } });

    expect(countsOf(await trials.ended(started))).toEqual({ recovered: 4 });
  });

  it('says that an attempt is still running when it has not ended in time, or is attempted again later', async () => {
    await trials.anew({ Retries: '1', retryBackoff: '50' });
    const guids = await trials.start(1);
    await trials.admin.reaches(guids[0] ?? '', 'error');
    trials.service.holds(failing());

    const slow = await trials.batch({
      kind: 'retry',
      filter: { processKey: trials.key },
      parameters: { attempts: 'reset' },
      waitMs: 100,
    });

    expect(countsOf(await trials.ended(slow))).toEqual({ 'still-running': 1 });
    trials.service.answers(failing());
    trials.service.release();
    await trials.admin.reaches(guids[0] ?? '', 'error');
    const again = await trials.batch({ kind: 'retry', filter: { processKey: trials.key }, parameters: { attempts: 'reset' } });
    expect(countsOf(await trials.ended(again))).toEqual({ 'still-running': 1 });
    expect(await trials.items(again)).toMatchObject([
      { errorCode: 'HTTP_503', reason: expect.stringContaining('next automatic attempt is due at') },
    ]);
  });
});
