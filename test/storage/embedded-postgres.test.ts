import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { StorageUnavailable } from '../../src/application/ports/instance-store.js';
import { HotPool } from '../../src/storage/connection/hot-pool.js';
import { startEmbeddedPostgres } from '../../src/storage/embedded-postgres/index.js';
import { prepareDatabase } from '../../src/storage/prepare-database.js';
import { PgInstanceStore } from '../../src/storage/stores/instance-store.js';
import { firstStep, headerOf, nextStep } from '../support/step-writes.js';

const PATIENCE_MS = 60_000;
let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'reprise-test-'));
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

const holders: ChildProcess[] = [];
afterEach(async () => {
  for (const holder of holders.splice(0)) {
    if (holder.exitCode !== null || holder.signalCode !== null) continue;
    holder.stdin?.end();
    await once(holder, 'exit');
  }
});

/** A Node process of its own that holds a server on the directory. */
async function holdServer(): Promise<{ holder: ChildProcess; url: string }> {
  const support = join(process.cwd(), 'test', 'support');
  const holder = spawn(
    process.execPath,
    ['--import', join(support, 'register-typescript.mjs'), join(support, 'embedded-process.ts'), dataDir],
    { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, NODE_OPTIONS: '' } },
  );
  holders.push(holder);
  const [url] = (await once(createInterface(holder.stdout), 'line')) as [string];
  return { holder, url };
}

async function select<Row extends pg.QueryResultRow>(url: string, text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** The number of the server's main process. */
async function serverPid(url: string): Promise<number> {
  const [row] = await select<{ data_directory: string }>(url, 'SHOW data_directory');
  const lock = await readFile(join(row?.data_directory ?? '', 'postmaster.pid'), 'utf8');
  return Number(lock.split('\n')[0]);
}

/** Resolves when it holds; there is no event to wait for in another process. */
async function eventually(condition: () => Promise<boolean> | boolean): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS / 2;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('Expected the condition to hold by now');
    await delay(20);
  }
}

async function isReachable(url: string): Promise<boolean> {
  return select(url, 'SELECT').then(
    () => true,
    () => false,
  );
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('the embedded server', () => {
  test(
    'is started again on the same address when it is killed, and the engine goes on',
    async () => {
      const server = await startEmbeddedPostgres({ dataDir, log: () => undefined });
      await prepareDatabase(server.url, () => undefined);
      const pool = new HotPool(server.url);
      const store = new PgInstanceStore(pool);
      try {
        await store.open();
        const step = firstStep(headerOf(store.nextId()));
        await store.saveSteps([step]);
        const killed = await serverPid(server.url);
        const inFlight = pool.query({ name: 'sleep', text: 'SELECT pg_sleep(600)' }, []).catch((error: unknown) => error);
        const asleep = `SELECT pid FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(600)' AND state = 'active'`;
        await eventually(async () => (await select(server.url, asleep)).length === 1);
        const backends = await select<{ pid: number }>(
          server.url,
          `SELECT pid FROM pg_stat_activity WHERE application_name = 'reprise'`,
        );

        for (const pid of [killed, ...backends.map((backend) => backend.pid)]) process.kill(pid, 'SIGKILL');
        expect(await inFlight).toBeInstanceOf(StorageUnavailable);
        await eventually(() => isReachable(server.url));

        // Every connection that was open is broken: the pool replaces them one by one, none of them for good.
        await eventually(async () => (await Promise.all([1, 2, 3, 4].map(() => tryLoad(store, step.header.id)))).every(Boolean));
        await store.saveSteps([nextStep(step)]);
        expect((await store.loadById([step.header.id]))[0]?.state.version).toBe(2);
        expect(await serverPid(server.url)).not.toBe(killed);
      } finally {
        await pool.close();
        await server.stop();
      }
      expect(await isReachable(server.url)).toBe(false);
    },
    PATIENCE_MS,
  );

  test(
    'is stopped when the process that started it is killed',
    async () => {
      const { holder, url } = await holdServer();
      const pid = await serverPid(url);

      holder.kill('SIGKILL');

      await eventually(() => !isRunning(pid));
      expect(await isReachable(url)).toBe(false);
    },
    PATIENCE_MS,
  );

  test(
    'is shared by a second process, and goes on when that one ends',
    async () => {
      const first = await holdServer();
      const second = await holdServer();
      expect(second.url).toBe(first.url);

      second.holder.stdin?.end();
      await once(second.holder, 'exit');

      expect(await isReachable(first.url)).toBe(true);
    },
    PATIENCE_MS,
  );

  test(
    'keeps what was committed over a kill of everything',
    async () => {
      const { holder, url } = await holdServer();
      await select(url, 'CREATE TABLE kept AS SELECT 42 AS answer');
      const pid = await serverPid(url);
      holder.kill('SIGKILL');
      process.kill(pid, 'SIGKILL');
      await eventually(() => !isRunning(pid));

      const again = await holdServer();

      expect(await select(again.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    },
    PATIENCE_MS,
  );
});

async function tryLoad(store: PgInstanceStore, id: number): Promise<boolean> {
  return store.loadById([id]).then(
    (found) => found.length === 1,
    (error: unknown) => {
      if (error instanceof StorageUnavailable) return false;
      throw error;
    },
  );
}
