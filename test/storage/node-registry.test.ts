import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { PgInstanceStore } from '../../src/storage/stores/instance-store.js';
import { PgNodeRegistry } from '../../src/storage/stores/node-registry.js';
import { openHotDatabase } from '../support/hot-database.js';
import { executingElement, firstStep, headerOf } from '../support/step-writes.js';

const LEASE_MS = 5_000;
const database = openHotDatabase();
let store: PgInstanceStore;
let nodes: PgNodeRegistry;
beforeAll(async () => {
  store = new PgInstanceStore(database.pool);
  await store.open();
  nodes = new PgNodeRegistry(database.pool);
});
beforeEach(() => database.rows('TRUNCATE server_node, process_instance'));

async function silence(node: number): Promise<void> {
  await database.rows(`UPDATE server_node SET heartbeat_at = heartbeat_at - interval '6 seconds' WHERE node = ${node}`);
}

/** The server has been up for a lease: what it says about silence counts. */
async function serverIsSettled(): Promise<void> {
  for (;;) {
    const [row] = await database.rows(`SELECT pg_postmaster_start_time() < now() - interval '${LEASE_MS} ms' AS settled`);
    if (row?.['settled'] === true) return;
    await database.rows(`SELECT pg_sleep(0.1)`);
  }
}

async function own(node: number, state: object = {}): Promise<number> {
  const id = store.nextId();
  await store.saveSteps([firstStep(headerOf(id), { ownerNode: node }, state)]);
  return id;
}

describe('a node', () => {
  test('is dead when its heartbeat stays away for a lease, and can never come back', async () => {
    await serverIsSettled();
    const [alive, silent] = [(await nodes.register()).node, (await nodes.register()).node];
    await silence(silent);

    expect(await nodes.declareDead(LEASE_MS)).toEqual([silent]);

    expect(await nodes.heartbeat(silent)).toBe(false);
    expect(await nodes.heartbeat(alive)).toBe(true);
  }, 20_000);

  test('that beats in time lives on', async () => {
    await serverIsSettled();
    const { node } = await nodes.register();
    await silence(node);

    expect(await nodes.heartbeat(node)).toBe(true);

    expect(await nodes.declareDead(LEASE_MS)).toEqual([]);
  }, 20_000);

  test('whose process has ended is dead as soon as another starts on the host', async () => {
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'exit');
    const { node } = await nodes.register();
    await database.rows(`INSERT INTO server_node (host, pid) SELECT host, ${child.pid} FROM server_node WHERE node = ${node}`);
    await database.rows(`INSERT INTO server_node (host, pid) SELECT 'elsewhere', ${child.pid}`);

    await nodes.register();

    expect(await database.rows(`SELECT pid, host = 'elsewhere' AS elsewhere FROM server_node WHERE dead_at IS NOT NULL`)).toEqual(
      [{ pid: child.pid, elsewhere: false }],
    );
  });

  test('with the process id of its predecessor knows that the predecessor is dead', async () => {
    const { node } = await nodes.register();
    await database.rows(`INSERT INTO server_node (host, pid) SELECT host, pid FROM server_node WHERE node = ${node}`);

    await nodes.register();

    expect(
      await database.rows(
        'SELECT node = (SELECT max(node) - 1 FROM server_node) AS predecessor FROM server_node WHERE dead_at IS NOT NULL',
      ),
    ).toEqual([{ predecessor: true }]);
  });

  test('that ends in order is gone, unless it leaves instances behind', async () => {
    const [tidy, hurried] = [(await nodes.register()).node, (await nodes.register()).node];
    await nodes.unregister(tidy);
    await own(hurried);
    await nodes.unregister(hurried);

    expect(await nodes.declareDead(LEASE_MS)).toEqual([hurried]);
    await nodes.forget(hurried);
    expect(await nodes.declareDead(LEASE_MS)).toEqual([hurried]);
  });
});

describe('what a dead node owned', () => {
  test('is found, shared instances included where it has a part in them', async () => {
    const scopes = (owner: number) => ({ 0: { id: 0, parentId: null, elements: [executingElement(owner)] } });
    const mine = await own(41);
    await own(4);
    const shared = await own(0, { scopes: scopes(41) });
    await own(0, { scopes: scopes(4) });

    expect((await nodes.findOwned(41, 10)).sort()).toEqual([mine, shared].sort());
    expect(await nodes.findOwned(41, 1)).toHaveLength(1);
  });

  test('is named even where its row is gone', async () => {
    const { node } = await nodes.register();
    await own(node);
    await own(900);
    await own(901);
    await own(901);

    expect(await nodes.declareDead(LEASE_MS)).toEqual([900, 901]);
  });

  test('is forgotten when nothing is left', async () => {
    const { node } = await nodes.register();
    await database.rows(`UPDATE server_node SET dead_at = now() WHERE node = ${node}`);
    await nodes.forget(node);

    expect(await nodes.declareDead(LEASE_MS)).toEqual([]);
  });
});
