import { beforeAll, describe, expect, test } from '@jest/globals';
import { NodeIdentity } from '../../src/application/ports/clock.js';
import { StepConflict } from '../../src/application/ports/instance-store.js';
import { PgIdempotencyStore } from '../../src/storage/stores/idempotency-store.js';
import { PgInstanceStore } from '../../src/storage/stores/instance-store.js';
import { PgNodeRegistry } from '../../src/storage/stores/node-registry.js';
import { openHotDatabase } from '../support/hot-database.js';
import { firstStep, headerOf } from '../support/step-writes.js';

class FixedNode extends NodeIdentity {
  constructor(readonly node: number) {
    super();
  }
}

const database = openHotDatabase();
let nodes: PgNodeRegistry;
let keys: PgIdempotencyStore;
let node: number;
beforeAll(async () => {
  nodes = new PgNodeRegistry(database.pool);
  node = (await nodes.register()).node;
  keys = new PgIdempotencyStore(database.pool);
});

/** Commits a step under the key, as this or another node. */
async function applyUnder(key: string, by: number = node): Promise<string> {
  const store = new PgInstanceStore(database.pool, new FixedNode(by));
  await store.open();
  const step = firstStep(headerOf(store.nextId()), { idempotencyKey: key });
  await store.saveSteps([step]);
  return step.header.guid;
}

async function otherNode(): Promise<{ node: number; keys: PgIdempotencyStore; die(): Promise<unknown> }> {
  const other = (await nodes.register()).node;
  return {
    node: other,
    keys: new PgIdempotencyStore(database.pool),
    die: () => database.rows(`UPDATE server_node SET dead_at = now() WHERE node = ${other}`),
  };
}

describe('an idempotency key', () => {
  test('is claimed by one of many requests, and its answer is replayed byte for byte', async () => {
    const claims = await Promise.all(Array.from({ length: 10 }, () => keys.claim('acme', 'k1', 'hash', node)));
    expect(claims.map((claim) => claim.kind).sort()).toEqual(['claimed', ...Array<string>(9).fill('in-progress')]);
    const body = '{"text":"東京 \\u0000 🏦",  "n":1.0}';

    await keys.storeAnswer('acme', 'k1', 200, body);
    await keys.storeAnswer('acme', 'k1', 500, 'another');

    expect(await keys.claim('acme', 'k1', 'hash', node)).toEqual({ kind: 'replay', httpStatus: 200, body });
    expect(await keys.claim('acme', 'k1', 'other hash', node)).toEqual({ kind: 'mismatch' });
    expect(await keys.claim('other', 'k1', 'other hash', node)).toEqual({ kind: 'claimed' });
  });

  test('is claimed by one of several nodes', async () => {
    const others = await Promise.all([otherNode(), otherNode(), otherNode()]);

    const claims = await Promise.all(others.map((other) => other.keys.claim('acme', 'k2', 'hash', other.node)));

    expect(claims.map((claim) => claim.kind).sort()).toEqual(['claimed', 'in-progress', 'in-progress']);
  });

  test('of a dead node is taken over where nothing was done', async () => {
    const other = await otherNode();
    await other.keys.claim('acme', 'k3', 'hash', other.node);
    expect(await keys.claim('acme', 'k3', 'hash', node)).toEqual({ kind: 'in-progress' });

    await other.die();

    expect(await keys.claim('acme', 'k3', 'hash', node)).toEqual({ kind: 'claimed' });
    await expect(applyUnder('k3', other.node)).rejects.toThrow(StepConflict);
    await applyUnder('k3');
  });

  test('of a dead node whose step was committed is not executed again', async () => {
    const other = await otherNode();
    await other.keys.claim('acme', 'k4', 'hash', other.node);
    const instanceGuid = await applyUnder('k4', other.node);

    await other.die();

    expect(await keys.claim('acme', 'k4', 'hash', node)).toEqual({ kind: 'applied-without-answer', instanceGuid });
  });

  test('may be used again after a failure without effect', async () => {
    await keys.claim('acme', 'k5', 'hash', node);
    await keys.release('acme', 'k5');
    await expect(applyUnder('k5')).rejects.toThrow(StepConflict);

    expect(await keys.claim('acme', 'k5', 'hash', node)).toEqual({ kind: 'claimed' });
  });

  test('is not used again where the failure came after the effect', async () => {
    await keys.claim('acme', 'k6', 'hash', node);
    const instanceGuid = await applyUnder('k6');
    await keys.release('acme', 'k6');

    expect(await keys.claim('acme', 'k6', 'hash', node)).toEqual({ kind: 'applied-without-answer', instanceGuid });
  });

  test('is free again where its release could not be written', async () => {
    await keys.claim('acme', 'k7', 'hash', node);
    await database.rows('ALTER TABLE idempotency_record RENAME TO away');
    await expect(keys.release('acme', 'k7')).rejects.toThrow();
    await database.rows('ALTER TABLE away RENAME TO idempotency_record');

    expect(await keys.claim('acme', 'k7', 'hash', node)).toEqual({ kind: 'claimed' });
  });

  test('is marked once for the steps of several instances', async () => {
    await keys.claim('acme', 'k8', 'hash', node);
    const store = new PgInstanceStore(database.pool, new FixedNode(node));
    await store.open();

    await store.saveSteps([1, 2].map(() => firstStep(headerOf(store.nextId()), { idempotencyKey: 'k8' })));

    expect(await database.rows(`SELECT applied_at IS NOT NULL AS applied FROM idempotency_record WHERE key = 'k8'`)).toEqual([
      { applied: true },
    ]);
  });

  test('is deleted when it is old', async () => {
    await keys.claim('acme', 'k9', 'hash', node);
    await database.rows(`UPDATE idempotency_record SET claimed_at = now() - interval '2 days' WHERE key = 'k9'`);

    expect(await keys.deleteOlderThan(86_400_000)).toBe(1);
  });
});
