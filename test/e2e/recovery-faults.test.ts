import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { checkDatabase } from './support/check-database.js';
import { httpTask, sequence, type Element } from './support/models.js';
import { ProcessServer } from './support/process-server.js';
import { failing, succeeding, TestService } from './support/test-service.js';

// Databases and processes are killed and frozen, beside other work on the machine.
jest.setTimeout(120_000);

const RETRIES = 1_500;

let service: TestService;

beforeAll(async () => {
  service = await new TestService().start();
});

afterAll(() => service?.stop());

beforeEach(() => {
  service.answers(failing());
  service.calls.length = 0;
});

/** Fails once, and is tried again at a time that the test sets. */
const retried = (): Element => {
  const task = httpTask('Task_1', 'One');
  return { ...task, xml: task.xml.replace('</bpmn:extensionElements>', '<reprise:retryPolicy attempts="2" delays="PT1H" />$&') };
};

async function failAll({ admin }: ProcessServer, count: number): Promise<string[]> {
  const guids: string[] = [];
  await inTurns(count, async (i) => {
    guids[i] = await admin.start('one', { serviceUrl: service.url });
  });
  return guids;
}

/** The i-th of them falls due at this moment. */
async function postponeAll({ admin }: ProcessServer, guids: readonly string[], dueAt: (i: number) => number): Promise<void> {
  await inTurns(guids.length, async (i) => {
    const answer = await admin.cmd('PostponeRetryCommand', { instanceGuid: guids[i], until: new Date(dueAt(i)).toISOString() });
    if (!answer.isSuccessful) throw new Error(`Expected the retry to be moved, but: ${answer.text}`);
  });
}

async function inTurns(count: number, call: (i: number) => Promise<void>): Promise<void> {
  let next = 0;
  const client = async (): Promise<void> => {
    for (let i = next++; i < count; i = next++) await call(i);
  };
  await Promise.all(Array.from({ length: 16 }, client));
}

/** How often each instance has called, by the key that it sends. */
function callsByInstance(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { headers } of service.calls) {
    const guid = String(headers['idempotency-key']).split(':')[0] ?? '';
    counts.set(guid, (counts.get(guid) ?? 0) + 1);
  }
  return counts;
}

async function allCompleted(node: ProcessServer, guids: readonly string[]): Promise<void> {
  for (const guid of guids) await node.admin.reaches(guid, 'completed');
}

describe('a database that restarts while retries fall due by the thousand', () => {
  it('loses none of them; the servers stay up, and no retry is counted that was not made', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'reprise-due-'));
    const server = await ProcessServer.start('', { REPRISE_DATA_DIR: dataDir });
    try {
      await server.admin.deploy(sequence('one', retried()));
      const guids = await failAll(server, RETRIES);
      service.answers(succeeding());
      service.calls.length = 0;
      const dueAt = Date.now() + 6_000;
      await postponeAll(server, guids, () => dueAt);

      await service.hasCalls(50);
      const pidFile = await readFile(join(dataDir, 'postgres', 'data', 'postmaster.pid'), 'utf8');
      process.kill(Number(pidFile.split('\n')[0]), 'SIGQUIT');

      await allCompleted(server, guids);
      const calls = callsByInstance();
      expect(calls.size).toBe(RETRIES);
      // At least once: an attempt whose end could not be stored is handed in again, not made again.
      expect(Math.max(...calls.values())).toBeLessThanOrEqual(2);
      expect([...calls.values()].filter((count) => count > 1).length).toBeLessThan(RETRIES / 10);
    } finally {
      await server.terminate();
      await rm(dataDir, { recursive: true, force: true });
    }
  });
});

describe('two servers, of which one is frozen beyond its lease while retries fall due', () => {
  let database: TestDatabase;
  let nodes: readonly [ProcessServer, ProcessServer];

  beforeAll(async () => {
    database = await createTestDatabase();
    nodes = await Promise.all([ProcessServer.start(database.url), ProcessServer.start(database.url)]);
    await nodes[0].admin.deploy(sequence('one', retried()));
  });

  afterAll(async () => {
    await Promise.all((nodes ?? []).map((node) => node.kill()));
    await database?.drop();
  });

  it('the other makes them, and when the frozen one wakes while more fall due, none is made twice or left', async () => {
    const [frozen, other] = nodes;
    const guids = await failAll(frozen, 300);
    service.answers(succeeding());
    service.calls.length = 0;
    frozen.process.kill('SIGSTOP');
    const frozenAt = Date.now();
    // One after the other, for twelve seconds: a lease takes five.
    await postponeAll(other, guids, (i) => frozenAt + 2_000 + i * 40);
    await service.hasCalls(200);
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, frozenAt + 6_000 - Date.now())));

    frozen.process.kill('SIGCONT');
    const again = await frozen.admin.start('one', { serviceUrl: service.url });

    await frozen.admin.reaches(again, 'completed');
    await allCompleted(other, guids);
    const calls = callsByInstance();
    expect(calls.size).toBe(guids.length + 1);
    expect([...calls.values()].filter((count) => count > 1)).toEqual([]);
    expect(await checkDatabase(database.url)).toEqual([]);
  });

  it('that is killed in the middle of them leaves none behind', async () => {
    const [, other] = nodes;
    const guids = await failAll(other, 300);
    service.calls.length = 0;
    service.answers((call, response) => void setTimeout(() => succeeding()(call, response), 200));
    const killed = await ProcessServer.start(database.url);
    const dueAt = Date.now() + 2_500;
    await postponeAll(other, guids, () => dueAt);
    await service.hasCalls(40);
    await killed.kill();

    await allCompleted(other, guids);
    expect(callsByInstance().size).toBe(guids.length);
    expect(await checkDatabase(database.url)).toEqual([]);
  });
});
