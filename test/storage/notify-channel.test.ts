import { once, EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { NodeHint } from '../../src/application/ports/node-hints.js';
import { NotifyChannel } from '../../src/storage/connection/notify-channel.js';
import { openHotDatabase } from '../support/hot-database.js';

const database = openHotDatabase();

/** A node that hears hints, and can be asked to wait for the next. */
class Listener extends EventEmitter {
  readonly heard: NodeHint[] = [];
  readonly channel = new NotifyChannel(database.url);

  constructor() {
    super();
    this.channel.open((hint) => {
      this.heard.push(hint);
      this.emit('hint');
    });
  }

  async hears(count: number): Promise<void> {
    while (this.heard.length < count) await once(this, 'hint');
  }
}

let listener: Listener;
let other: Listener;
beforeEach(async () => {
  listener = new Listener();
  other = new Listener();
  await bothListen();
});
afterEach(async () => {
  await Promise.all([listener.channel.close(), other.channel.close()]);
});

async function connections(): Promise<number[]> {
  const rows = await database.rows(
    `SELECT pid FROM pg_stat_activity WHERE application_name = 'reprise-hints' AND datname = current_database()
       AND query LIKE 'LISTEN%' AND state = 'idle'`,
  );
  return rows.map(({ pid }) => Number(pid));
}

async function bothListen(except: readonly number[] = []): Promise<void> {
  for (;;) {
    const open = (await connections()).filter((pid) => !except.includes(pid));
    if (open.length >= 2) return;
    await database.rows('SELECT pg_sleep(0.02)');
  }
}

describe('a hint', () => {
  test('reaches the other nodes, in order, and never its sender', async () => {
    await listener.channel.send({ dueAt: 1_900_000_000_000 });
    await listener.channel.send({ movedInstances: [7, 8] });
    await other.hears(2);
    await other.channel.send({ movedInstances: [9] });
    await listener.hears(1);

    expect(other.heard).toEqual([{ dueAt: 1_900_000_000_000 }, { movedInstances: [7, 8] }]);
    expect(listener.heard).toEqual([{ movedInstances: [9] }]);
  });

  test.each([
    '',
    'no json',
    'null',
    '[]',
    '{"dueAt":1}',
    '{"sender":1}',
    '{"sender":"x","dueAt":"soon"}',
    '{"sender":"x","movedInstances":7}',
  ])('that is not ours is passed over: %j', async (payload) => {
    await database.rows(`SELECT pg_notify('reprise_hint', '${payload}')`);
    await listener.channel.send({ dueAt: 5 });
    await other.hears(1);

    expect(other.heard).toEqual([{ dueAt: 5 }]);
  });

  test('is heard again after the connections were lost, by itself', async () => {
    const lost = await connections();
    for (const pid of lost) await database.rows(`SELECT pg_terminate_backend(${pid})`);
    await listener.channel.send({ dueAt: 1 }); // Lost, and nobody is told of it: polling finds what it was about.
    await bothListen(lost);

    await listener.channel.send({ dueAt: 2 });
    await other.hears(1);

    expect(other.heard).toEqual([{ dueAt: 2 }]);
  });

  test('that a frozen connection does not take is given up, and the next goes over a new one', async () => {
    const frozen = await connections();
    for (const pid of frozen) process.kill(pid, 'SIGSTOP');
    try {
      await listener.channel.send({ dueAt: 1 });
      await other.channel.send({ dueAt: 2 });
      await bothListen(frozen);
    } finally {
      for (const pid of frozen) process.kill(pid, 'SIGCONT');
    }

    await listener.channel.send({ dueAt: 3 });
    // The first may have been taken when the connection thawed, before this one or after it.
    while (!other.heard.some(({ dueAt }) => dueAt === 3)) await other.hears(other.heard.length + 1);
  });

  test('holds up no end of the server while its connection is frozen', async () => {
    const frozen = await connections();
    for (const pid of frozen) process.kill(pid, 'SIGSTOP');
    const begun = performance.now();
    try {
      await Promise.all([listener.channel.send({ dueAt: 1 }), listener.channel.close()]);
      expect(performance.now() - begun).toBeLessThan(3_000);
    } finally {
      for (const pid of frozen) process.kill(pid, 'SIGCONT');
    }
  });

  test('is dropped without a word where there is no connection', async () => {
    const away = new NotifyChannel('postgres://nobody@127.0.0.1:1/none');
    away.open(() => undefined);

    await expect(away.send({ dueAt: 1 })).resolves.toBeUndefined();

    await away.close();
  });
});
