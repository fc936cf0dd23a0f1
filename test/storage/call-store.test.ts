import { describe, expect, test } from '@jest/globals';
import type { DueCall } from '../../src/application/ports/calls.js';
import { StepConflict } from '../../src/application/ports/instance-store.js';
import { PgCallStore } from '../../src/storage/stores/call-store.js';
import { PgInstanceStore } from '../../src/storage/stores/instance-store.js';
import { openHotDatabase } from '../support/hot-database.js';
import { firstStep, headerOf, nextStep } from '../support/step-writes.js';

const database = openHotDatabase();

const LEASE_MS = 60_000;
const NODE = 1;

const start = (run = 1) =>
  ({ type: 'start-child', elementInstanceId: 2, nodeId: 'Call', processKey: 'other', run, childGuid: 'c' }) as const;
const cancel = { type: 'cancel-child', elementInstanceId: 2 } as const;
const keyOf = (instanceId: number, run = 1) => ({ instanceId, elementInstanceId: 2, run });
const calledBy = (instanceId: number) => ({
  instanceId,
  instanceGuid: `guid-${instanceId}`,
  elementInstanceId: 2,
  nodeId: 'Call',
  definitionId: 1,
  definitionVersion: 1,
  depth: 1,
});

async function stores(): Promise<{ instances: PgInstanceStore; calls: PgCallStore }> {
  const instances = new PgInstanceStore(database.pool);
  await instances.open();
  return { instances, calls: new PgCallStore(database.pool) };
}

/** Rows of these instances only: the tests of this file share a database. */
const claim = async (calls: PgCallStore, ...ids: number[]): Promise<DueCall[]> =>
  (await calls.claimDue(100, NODE, LEASE_MS)).filter(({ instanceId }) => ids.includes(instanceId));

describe('calls between instances', () => {
  test('are claimed once, and gone when they are discarded', async () => {
    const { instances, calls } = await stores();
    await instances.saveSteps([firstStep(headerOf(1), { effects: [start()] })]);

    const claimed = await claim(calls, 1);
    const again = await claim(calls, 1);
    await calls.discard(claimed);

    expect(claimed).toMatchObject([{ kind: 'start', processKey: 'other', run: 1, tenantId: 'acme', elementInstanceId: 2 }]);
    expect(again).toEqual([]);
    expect(await database.rows('SELECT * FROM instance_call WHERE instance_id = 1')).toEqual([]);
  });

  test('a child begins with its row, once, and not where the call has been given up', async () => {
    const { instances } = await stores();
    const parents = [firstStep(headerOf(11), { effects: [start()] }), firstStep(headerOf(12), { effects: [start()] })] as const;
    await instances.saveSteps(parents);
    const child = (id: number, parent: number, run = 1) =>
      firstStep(headerOf(id, { calledBy: calledBy(parent) }), { consumedCall: keyOf(parent, run) });

    await instances.saveSteps([child(13, 11)]);
    await instances.saveSteps([nextStep(parents[1], { effects: [cancel] })]);

    await expect(instances.saveSteps([child(14, 11)])).rejects.toThrow(StepConflict);
    await expect(instances.saveSteps([child(15, 12)])).rejects.toThrow(StepConflict);
    expect(await database.rows('SELECT id FROM process_instance WHERE id BETWEEN 13 AND 15')).toEqual([{ id: 13 }]);
    expect(await database.rows('SELECT kind FROM instance_call WHERE instance_id = 12')).toEqual([{ kind: 'cancel' }]);
  });

  test('a row that was written anew since it was claimed is not discarded', async () => {
    const { instances, calls } = await stores();
    const parent = firstStep(headerOf(21), { effects: [start()] });
    await instances.saveSteps([parent]);
    const claimed = await claim(calls, 21);
    await instances.saveSteps([nextStep(parent, { effects: [start(2)] })]);

    await calls.discard(claimed);

    expect(await claim(calls, 21)).toMatchObject([{ kind: 'start', run: 2 }]);
  });

  test('an end is told by the child, in the step that ends it, and a cancel outlives its instance', async () => {
    const { instances, calls } = await stores();
    const parent = firstStep(headerOf(31), { effects: [start()] });
    const child = firstStep(headerOf(32, { calledBy: calledBy(31) }), { consumedCall: keyOf(31) });
    await instances.saveSteps([parent]);
    await instances.saveSteps([child]);
    const ended = { status: 'cancelled', endedAt: 1_800_000_001_000, scopes: {} } as const;
    expect(await calls.openChildrenOf(31, 2)).toEqual([{ tenantId: 'acme', guid: 'guid-32' }]);
    expect(await calls.openChildrenOf(31, 3)).toEqual([]);

    await instances.saveSteps([nextStep(child, { tellsCaller: true }, ended), nextStep(parent, { effects: [cancel] }, ended)]);

    const kinds = (await claim(calls, 31, 32)).map(({ instanceId, kind }) => `${instanceId} ${kind}`).sort();
    expect(kinds).toEqual(['31 cancel', '32 ended']);
    expect(await calls.openChildrenOf(31, 2)).toEqual([]);
    expect(await calls.childrenOf(31, 10)).toEqual([
      { instanceGuid: 'guid-32', taskId: 'Call', elementInstanceId: 2, status: 'cancelled' },
    ]);
  });

  test('who called an instance and what it began with come back as they were', async () => {
    const { instances } = await stores();
    const header = headerOf(41, { calledBy: calledBy(7), startVariables: { a: [1, 'x'] } });
    await instances.saveSteps([firstStep(header)]);

    const [loaded] = await instances.loadById([41]);

    expect(loaded?.header).toEqual(header);
  });
});
