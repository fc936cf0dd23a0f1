import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { OpenJob } from '../../src/engine/index.js';
import { PgInstanceStore } from '../../src/storage/stores/instance-store.js';
import { PgJobStore } from '../../src/storage/stores/job-store.js';
import { openHotDatabase } from '../support/hot-database.js';
import { firstStep, headerOf, nextStep } from '../support/step-writes.js';

const NOW = 1_800_000_000_000;
const CARD = { tenantId: 'acme', jobType: 'card' };
const database = openHotDatabase();
let store: PgInstanceStore;
let jobs: PgJobStore;
beforeAll(async () => {
  store = new PgInstanceStore(database.pool);
  await store.open();
  jobs = new PgJobStore(database.pool);
});
beforeEach(() => database.rows('TRUNCATE job'));

const openJob = (elementInstanceId: number, jobType: string): OpenJob => ({
  type: 'open-job',
  elementInstanceId,
  nodeId: 'Task',
  jobType,
});

/** Jobs of one instance, all queued at the same time. */
async function queue(count: number, { tenantId, jobType } = CARD, queuedAt = NOW): Promise<number> {
  const id = store.nextId();
  const effects = Array.from({ length: count }, (_, i) => openJob(i + 1, jobType));
  await store.saveSteps([firstStep(headerOf(id, { tenantId }), { effects }, { updatedAt: queuedAt })]);
  return id;
}

describe('jobs', () => {
  test('are claimed once by nodes that claim at the same time', async () => {
    await queue(200);

    const claims = await Promise.all([1, 2, 3, 4].map((node) => jobs.claim([CARD], 60, node, 30_000)));

    const claimed = claims.flat().map((job) => job.elementInstanceId);
    expect(new Set(claimed).size).toBe(claimed.length);
    const rest = await jobs.claim([CARD], 1_000, 5, 30_000);
    expect([...claimed, ...rest.map((job) => job.elementInstanceId)]).toHaveLength(200);
  });

  test('of several tenants are claimed in turn: one with many does not stand before another', async () => {
    await queue(50, CARD, NOW);
    const rival = { tenantId: 'rival', jobType: 'card' };
    await queue(2, rival, NOW + 20);

    const claimed = await jobs.claim([CARD, rival], 5, 1, 30_000);

    expect(claimed.map(({ tenantId }) => tenantId).sort()).toEqual(['acme', 'acme', 'acme', 'rival', 'rival']);
  });

  test('are claimed up to what is wanted of each kind, and those of which there are some can be told', async () => {
    await queue(3);
    const none = { tenantId: 'acme', jobType: 'none' };
    expect(await jobs.open([none, CARD])).toEqual([CARD]);

    expect(await jobs.claim([{ ...CARD, most: 2 }, none], 5, 1, 30_000)).toHaveLength(2);
    expect(await jobs.open([none, CARD])).toEqual([CARD]);
    expect(await jobs.claim([CARD], 5, 1, 30_000)).toHaveLength(1);
    expect(await jobs.open([none, CARD])).toEqual([]);
  });

  test('are claimed oldest first over all kinds that are asked for, and of no other', async () => {
    const late = await queue(1, CARD, NOW + 20);
    const mail = await queue(1, { tenantId: 'acme', jobType: 'mail' }, NOW + 10);
    const early = await queue(1, CARD, NOW);
    await queue(1, { tenantId: 'rival', jobType: 'card' }, NOW);
    await queue(1, { tenantId: 'acme', jobType: 'print' }, NOW);
    const kinds = [CARD, { tenantId: 'acme', jobType: 'mail' }];

    const claimed = [...(await jobs.claim(kinds, 2, 1, 30_000)), ...(await jobs.claim(kinds, 5, 1, 30_000))];

    expect(claimed.map(({ instanceId }) => instanceId)).toEqual([early, mail, late]);
    expect(claimed[0]).toMatchObject({
      tenantId: 'acme',
      instanceGuid: `guid-${early}`,
      elementInstanceId: 1,
      jobType: 'card',
      claim: expect.any(String),
    });
  });

  test('are claimed again when the claim ran out', async () => {
    await queue(1);

    expect(await jobs.claim([CARD], 10, 1, 0)).toHaveLength(1);
    expect(await jobs.claim([CARD], 10, 2, 60_000)).toHaveLength(1);
    expect(await jobs.claim([CARD], 10, 3, 60_000)).toHaveLength(0);
  });

  test('that are given back can be claimed at once; a claim that ran out gives nothing back', async () => {
    await queue(2);
    const old = await jobs.claim([CARD], 2, 1, 0);
    const [first, second] = await jobs.claim([CARD], 2, 2, 60_000);
    if (!first || !second) throw new Error('Expected two jobs');

    await jobs.giveBack(old);
    expect(await jobs.claim([CARD], 2, 3, 60_000)).toEqual([]);
    await jobs.giveBack([second]);

    const again = await jobs.claim([CARD], 2, 3, 60_000);
    expect(again.map(({ elementInstanceId }) => elementInstanceId)).toEqual([second.elementInstanceId]);
  });

  test('are discarded under the claim only: one that was queued anew meanwhile stays', async () => {
    const header = headerOf(store.nextId());
    const opened = firstStep(header, { effects: [openJob(1, 'card'), openJob(2, 'card')] });
    await store.saveSteps([opened]);
    const claimed = await jobs.claim([CARD], 2, 1, 60_000);
    await store.saveSteps([nextStep(opened, { effects: [openJob(2, 'card')] })]);

    await jobs.discard(claimed);

    expect((await jobs.claim([CARD], 2, 1, 60_000)).map(({ elementInstanceId }) => elementInstanceId)).toEqual([2]);
  });
});
