import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import type { DataSource } from 'typeorm';
import type { EventSelection } from '../../src/application/ports/webhooks.js';
import type { AuditEntry } from '../../src/contract/audit-entry.js';
import { PgAuditStore } from '../../src/storage/audit/audit-store.js';
import { auditStatements } from '../../src/storage/audit/write-audit.js';
import { createDataSource } from '../../src/storage/data-source.js';
import { PgWebhookStore } from '../../src/storage/stores/webhook-store.js';
import { openHotDatabase } from '../support/hot-database.js';
import { auditEntry } from './audit-entry.js';

const NOW = new Date(Date.UTC(2030, 0, 31, 12));
const database = openHotDatabase();
let dataSource: DataSource;
let store: PgWebhookStore;
let audit: PgAuditStore;

/** Every retry is told. */
const select: EventSelection = {
  actionsFor: () => ['RetryFailedTask'],
  messageOf: ({ id }) => ({ event: 'incident.retried', body: String(id) }),
};

beforeAll(async () => {
  dataSource = await createDataSource(database.url).initialize();
  store = new PgWebhookStore(dataSource);
  audit = new PgAuditStore(database.pool, dataSource);
});
beforeEach(() => database.rows('DELETE FROM webhook'));
afterAll(() => dataSource?.destroy());

async function addWebhook(id: number, changes: { tenantId?: string } = {}): Promise<void> {
  const webhook = {
    id,
    tenantId: 'default',
    url: 'http://receiver.test/',
    events: ['*'],
    comment: null,
    isActive: true,
    ...changes,
  };
  await store.insert(
    { ...webhook, createdBy: 'alice', createdAt: NOW, secret: 's' },
    50,
    auditEntry({ action: 'CreateWebhook' }),
    null,
  );
}

/** Written and not committed. */
async function writeIn(client: pg.Client, entry: AuditEntry): Promise<void> {
  for (const { text, values } of auditStatements([entry])) await client.query(text, [...values]);
}

/** Looks until so many are queued: transactions of other databases of the server hold the trail back, too. */
async function dispatchAll(id: number, count: number): Promise<void> {
  const deadline = Date.now() + 15_000;
  for (let queued = 0; queued < count;) {
    if ((await store.behind()).includes(id)) queued += (await store.dispatch(id, select, NOW)).queued;
    if (Date.now() > deadline) throw new Error(`Expected ${count} deliveries to be queued, but they are ${queued}`);
  }
}

async function queued(webhookId: number): Promise<number[]> {
  const rows = await database.rows(`SELECT entry_id FROM webhook_delivery WHERE webhook_id = ${webhookId} ORDER BY ctid`);
  return rows.map((row) => row['entry_id'] as number);
}

describe('what webhooks are to be told', () => {
  test('is what is committed after they were made, of their tenant, and nothing else', async () => {
    await audit.append([auditEntry()]);
    await database.rows('SELECT txid_current()');
    await addWebhook(1);
    const told = [auditEntry(), auditEntry()];
    await audit.append([...told, auditEntry({ tenantId: 'rival' }), auditEntry({ action: 'CloseCircuit' })]);

    await dispatchAll(1, 2);

    expect((await queued(1)).slice(-2)).toEqual(told.map(({ id }) => id));
    expect(await store.list('rival')).toEqual([]);
  });

  test('includes a transaction that began earlier and commits later', async () => {
    await addWebhook(2);
    const [late, early] = [auditEntry(), auditEntry()];
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query('BEGIN');
    await writeIn(client, late);
    await audit.append([early]);
    // The one that is committed waits for the one that is not: else a position behind both would lose it.
    expect(await store.dispatch(2, select, NOW)).toEqual({ queued: 0, hasMore: false });
    await client.query('COMMIT');
    await client.end();

    await dispatchAll(2, 2);

    expect(await queued(2)).toEqual([late.id, early.id]);
  });

  test('is queued once, whoever looks at once and whatever is rolled back', async () => {
    await addWebhook(3);
    const entries = Array.from({ length: 450 }, () => auditEntry());
    await audit.append(entries);
    const breaking: EventSelection = {
      ...select,
      messageOf: (entry) => {
        if (entry.id === entries[10]?.id) throw new Error('no message');
        return select.messageOf(entry, []);
      },
    };
    await until(() => store.behind().then((ids) => ids.includes(3)));
    await expect(store.dispatch(3, breaking, NOW)).rejects.toThrow('no message');
    expect(await queued(3)).toEqual([]);

    await Promise.all([dispatchAtOnce(3), dispatchAtOnce(3), dispatchAtOnce(3)]);

    expect(await queued(3)).toEqual(entries.map(({ id }) => id));
    expect(await store.behind()).toEqual([]);
  });
});

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 15_000;
  while (!(await isSo())) if (Date.now() > deadline) throw new Error('It has not come to pass');
}

async function dispatchAtOnce(id: number): Promise<void> {
  while ((await store.behind()).includes(id)) await store.dispatch(id, select, NOW);
}

describe('due deliveries', () => {
  test('are claimed by one node each, a few of each webhook at once', async () => {
    await addWebhook(4);
    await addWebhook(5);
    await audit.append(Array.from({ length: 10 }, () => auditEntry()));
    await dispatchAll(4, 10);
    await dispatchAll(5, 10);
    const claim = (node: number) => store.claim(node, NOW, 30_000, 4, 100);

    const claimed = [await claim(1), await claim(2)];

    expect(claimed.map((each) => each.length)).toEqual([8, 0]);
    const [first] = claimed[0] ?? [];
    if (!first) throw new Error('Expected a claimed delivery');
    await store.discard(2, first);
    expect(await claim(2)).toEqual([]);
    await store.discard(1, first);
    expect(await claim(2)).toMatchObject([{ webhookId: first.webhookId, attempt: 1 }]);
  });

  test('are taken over when the claim has run out, and what the first node says of them then counts no more', async () => {
    await addWebhook(6);
    await audit.append([auditEntry()]);
    await dispatchAll(6, 1);
    const [first] = await store.claim(1, NOW, 0, 4, 100);
    const [second] = await store.claim(2, NOW, 30_000, 4, 100);
    if (!first || !second) throw new Error('Expected two claims');
    expect([first.attempt, second.attempt]).toEqual([1, 2]);

    await store.discard(1, first);
    await store.fail(
      1,
      first,
      { status: null, error: 'x', at: NOW, dueAt: null },
      auditEntry({ action: 'WebhookDeliveryParked' }),
    );

    expect((await store.deliveries('default', { webhookId: 6 }, { pageNumber: 1, pageSize: 10 })).items).toMatchObject([
      { attempt: 2, state: 'pending', lastError: null },
    ]);
  });

  test('of a webhook that rests stay where they are', async () => {
    await addWebhook(7);
    await audit.append([auditEntry()]);
    await dispatchAll(7, 1);
    await store.update('default', 7, { isActive: false }, auditEntry({ action: 'UpdateWebhook' }), null);
    expect(await store.claim(1, NOW, 30_000, 4, 100)).toEqual([]);
  });
});
