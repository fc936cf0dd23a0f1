import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { PermitUse } from '../../src/application/ports/limits.js';
import { AttemptGate, type GatedAttempt } from '../../src/runner/limits/attempt-gate.js';
import { PgLimitPermits } from '../../src/storage/stores/limit-permits.js';
import { openHotDatabase } from '../support/hot-database.js';

const BUREAU = 'http://bureau:80';
const database = openHotDatabase();

/** Words with the database. */
class CountedPermits extends PgLimitPermits {
  words = 0;

  override settle(...args: Parameters<PgLimitPermits['settle']>): ReturnType<PgLimitPermits['settle']> {
    this.words++;
    return super.settle(...args);
  }
}

/** A server process, as far as limits are concerned. */
class Node {
  readonly permits = new CountedPermits(database.pool);
  readonly identity = { node: 0 };
  readonly gate = new AttemptGate(this.permits, this.identity);
  running = 0;
  most = 0;
  begun = 0;

  async start(node: number): Promise<this> {
    this.identity.node = node;
    await this.gate.start();
    return this;
  }

  /** Runs one attempt that takes so long; false when it was not let in. */
  async attempt(takesMs: number, more: Partial<GatedAttempt> = {}, signal = new AbortController().signal): Promise<boolean> {
    const attempt = { tenantId: 'acme', taskName: 'Task', type: 'credit', toStartMs: null, circuit: () => null, ...more };
    const end = await this.gate.pass(attempt, signal, async () => {
      this.begun++;
      this.most = Math.max(this.most, ++this.running);
      await pause(takesMs);
      this.running--;
      return null;
    });
    return end === null;
  }

  /** One attempt after the other, several at a time, until it is told to stop. */
  async keepBusy(lines: number, takesMs: number, isOver: () => boolean, more: Partial<GatedAttempt> = {}): Promise<void> {
    await Promise.all(
      Array.from({ length: lines }, async () => {
        while (!isOver()) await this.attempt(takesMs, more);
      }),
    );
  }
}

let nodes: Node[] = [];
beforeEach(() => database.rows('TRUNCATE task_limit, limit_permit, job_permit, server_node'));
afterEach(async () => {
  await Promise.all(nodes.map(({ gate }) => gate.stop()));
  nodes = [];
});

async function limit(key: string, maxConcurrent: number): Promise<void> {
  await database.rows(
    `INSERT INTO task_limit (tenant_id, key, max_concurrent, set_by) VALUES ('acme', '${key}', ${maxConcurrent}, 'test')`,
  );
}

/** Their heartbeat is in time for the whole test. */
async function startNodes(count: number): Promise<Node[]> {
  for (let node = 1; node <= count; node++)
    await database.rows(
      `INSERT INTO server_node (node, host, pid, heartbeat_at) VALUES (${node}, 'h', ${node}, clock_timestamp() + interval '1 hour')`,
    );
  nodes = await Promise.all(Array.from({ length: count }, (_, index) => new Node().start(index + 1)));
  return nodes;
}

const rows = (): Promise<unknown[]> => database.rows('SELECT node, held, waiting FROM limit_permit ORDER BY node');

describe('attempts that pass the gate', () => {
  test('are begun at once where nothing limits them, and nothing is asked', async () => {
    await limit('task:other', 1);
    const [node = new Node()] = await startNodes(1);
    let isBegun = false;
    const circuit = (): string | null => (isBegun ? null : BUREAU);

    const passed = node.gate.pass(
      { tenantId: 'acme', taskName: 'Task', type: 'credit', toStartMs: null, circuit },
      new AbortController().signal,
      () => {
        isBegun = true;
        return Promise.resolve('done');
      },
    );

    expect(isBegun).toBe(true);
    expect(await passed).toBe('done');
    expect(node.permits.words).toBe(0);
  });

  test('hand their permits on to those that wait, without a word with the database for each', async () => {
    await limit('task:credit', 2);
    const [node = new Node()] = await startNodes(1);

    await Promise.all(Array.from({ length: 300 }, () => node.attempt(1)));

    expect(node.begun).toBe(300);
    expect(node.most).toBe(2);
    expect(node.permits.words).toBeLessThan(60);
  });

  test('leave nothing behind when the last one has ended', async () => {
    await limit('task:credit', 2);
    const [node = new Node()] = await startNodes(1);
    await Promise.all([node.attempt(1), node.attempt(1), node.attempt(1)]);

    while ((await rows()).length > 0) await pause(20);
  });

  test('of two kinds that share a limit take turns', async () => {
    await limit('task:credit', 1);
    await limit(BUREAU, 5);
    const [node = new Node()] = await startNodes(1);
    let isOver = false;
    const busy = node.keepBusy(3, 5, () => isOver);

    for (let turn = 0; turn < 5; turn++) expect(await node.attempt(1, { circuit: () => BUREAU })).toBe(true);

    isOver = true;
    await busy;
    expect(node.most).toBe(1);
  });

  test('of more nodes than there are permits each get their turn', async () => {
    await limit('task:credit', 1);
    const all = await startNodes(3);
    const isOver = (): boolean => all.every(({ begun }) => begun >= 5);

    await Promise.all(all.map((node) => node.keepBusy(2, 5, isOver)));

    expect(isOver()).toBe(true);
  }, 60_000);

  test('of a node that comes later get an equal part', async () => {
    await limit('task:credit', 4);
    const [first = new Node(), second = new Node()] = await startNodes(2);
    let isOver = false;
    const busy = first.keepBusy(10, 30, () => isOver);
    while (first.most < 4) await pause(5);

    const later = second.keepBusy(10, 30, () => isOver);
    while (second.running < 2) await pause(5);

    isOver = true;
    await Promise.all([busy, later]);
    expect(second.most).toBeLessThanOrEqual(4);
  }, 60_000);
});

describe('a node that was taken for dead', () => {
  test('begins nothing under the permits that it kept, and states what still runs under its new number', async () => {
    await limit('task:credit', 2);
    const [node = new Node(), other = new Node()] = await startNodes(3);
    const running = node.attempt(1_500);
    while (node.running < 1) await pause(5);
    await node.attempt(1); // Its permit is kept for a moment.
    await database.rows('UPDATE server_node SET dead_at = clock_timestamp() WHERE node = 1');
    node.identity.node = 3;

    // What the dead node held is free.
    const taken = [other.attempt(1_500), other.attempt(1_500)];
    while (other.running < 2) await pause(5);
    const late = node.attempt(1);
    while (!(await rows()).some((row) => JSON.stringify(row) === JSON.stringify({ node: 3, held: 1, waiting: 1 })))
      await pause(20);
    expect(node.begun).toBe(2);

    await Promise.all([running, ...taken, late]);
    expect(node.begun).toBe(3);
  }, 30_000);
});

describe('attempts that cannot wait', () => {
  /** All permits are somebody else's. */
  async function allTaken(): Promise<Node> {
    await limit('task:credit', 1);
    const [node = new Node(), other = new Node()] = await startNodes(2);
    const uses: PermitUse[] = [{ key: 'task:credit', held: 1, waiting: 0 }];
    await other.permits.settle('acme', 2, uses, []);
    return node;
  }
  const pass = (node: Node, signal = new AbortController().signal): Promise<unknown> =>
    node.gate.pass({ tenantId: 'acme', taskName: 'Task', type: 'credit', toStartMs: null, circuit: () => null }, signal, () =>
      Promise.resolve('begun'),
    );

  test('leave when they are cancelled, and are given back when the server drains', async () => {
    const node = await allTaken();
    const cancelled = new AbortController();
    const ends = [pass(node, cancelled.signal), pass(node), pass(node, AbortSignal.abort())];

    cancelled.abort();
    expect(await ends[0]).toEqual({ kind: 'given-back', delayMs: 0 });
    expect(await ends[2]).toEqual({ kind: 'given-back', delayMs: 0 });
    node.gate.close();
    expect(await ends[1]).toEqual({ kind: 'given-back', delayMs: 0 });
    expect(await pass(node)).toEqual({ kind: 'given-back', delayMs: 0 });
  });

  test('are given back past the bound, to come again one after the other', async () => {
    const node = await allTaken();
    const waiting = Array.from({ length: 10_000 }, () => pass(node));

    const back = (await Promise.all(Array.from({ length: 1_000 }, () => pass(node)))) as { delayMs: number }[];

    expect(back[0]?.delayMs).toBe(5_000);
    // Two milliseconds apart, but for the time in which they came.
    expect(back.at(-1)?.delayMs).toBeGreaterThan(5_500);
    node.gate.close();
    await Promise.all(waiting);
  });
});
