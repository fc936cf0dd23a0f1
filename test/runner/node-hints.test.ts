import { EventEmitter, once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { JobKind } from '../../src/application/ports/jobs.js';
import type { NodeHint } from '../../src/application/ports/node-hints.js';
import { NodeHints } from '../../src/runner/node-hints.js';
import { NotifyChannel } from '../../src/storage/connection/notify-channel.js';
import { openHotDatabase } from '../support/hot-database.js';

const database = openHotDatabase();

let hints: NodeHints;
let other: NotifyChannel;
let heard: NodeHint[];
const news = new EventEmitter();
beforeEach(async () => {
  heard = [];
  hints = new NodeHints(new NotifyChannel(database.url));
  hints.start(() => undefined);
  other = new NotifyChannel(database.url);
  other.open((hint) => {
    heard.push(hint);
    news.emit('hint');
  });
  await bothListen();
});
afterEach(async () => {
  await Promise.all([hints.stop(), other.close()]);
});

async function bothListen(): Promise<void> {
  for (let open = 0; open < 2;) {
    const [row] = await database.rows(
      `SELECT count(*)::int AS open, pg_sleep(0.01) FROM pg_stat_activity
       WHERE application_name = 'reprise-hints' AND datname = current_database() AND query LIKE 'LISTEN%' AND state = 'idle'`,
    );
    open = Number(row?.['open']);
  }
}

async function hears(isAll: () => boolean): Promise<void> {
  while (!isAll()) await once(news, 'hint');
}

const movedInstances = (): number[] => heard.flatMap((hint) => [...(hint.movedInstances ?? [])]);

describe('hints', () => {
  test('gather into one, with the earliest time, and leave out what polling finds as soon', async () => {
    hints.timerAt(20_000, 10_000);
    hints.timerAt(10_900, 10_000);
    hints.timerAt(10_300, 10_000);
    for (const id of [1, 2, 1]) hints.instanceMoved(id);

    await hears(() => heard.length > 0);

    expect(heard).toEqual([{ dueAt: 10_300, movedInstances: [1, 2] }]);
  });

  test('of thousands of instances go in pieces that a notification can hold, each instance once', async () => {
    const ids = Array.from({ length: 2_500 }, (_, i) => 9_000_000_000_000_000 + i);
    for (const id of ids) hints.instanceMoved(id);

    await hears(() => movedInstances().length >= ids.length);

    expect(movedInstances()).toEqual(ids);
  });

  test('of kinds of jobs go in pieces that a notification can hold, each kind once; a kind that is too long is left to polling', async () => {
    const kinds = Array.from({ length: 100 }, (_, i) => ({ tenantId: 'acme', jobType: `charge-${i}-${'é'.repeat(40)}` }));
    hints.jobOpened({ tenantId: 'acme', jobType: 'x'.repeat(2_000) });
    for (const kind of [...kinds, ...kinds]) hints.jobOpened(kind);
    const told = (): JobKind[] => heard.flatMap(({ openJobs = [] }) => [...openJobs]);

    await hears(() => told().length >= kinds.length);

    expect(told()).toEqual(kinds);
    expect(heard.length).toBeGreaterThan(1);
  });

  test('that are gathered when the server ends are sent before it does', async () => {
    hints.timerAt(10_000, 10_000);
    await hints.stop();

    await hears(() => heard.length > 0);
    expect(heard).toEqual([{ dueAt: 10_000, movedInstances: [] }]);
  });
});
