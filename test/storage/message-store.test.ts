import { beforeAll, describe, expect, test } from '@jest/globals';
import { StepConflict } from '../../src/application/ports/instance-store.js';
import { PgInstanceStore } from '../../src/storage/stores/instance-store.js';
import { PgMessageStore } from '../../src/storage/stores/message-store.js';
import { openHotDatabase } from '../support/hot-database.js';
import { firstStep, headerOf } from '../support/step-writes.js';

const NOW = 1_800_000_000_000;
const database = openHotDatabase();
let store: PgInstanceStore;
let messages: PgMessageStore;
beforeAll(async () => {
  store = new PgInstanceStore(database.pool);
  await store.open();
  messages = new PgMessageStore(database.pool);
});

async function waitFor(tenantId: string, messageName: string, correlationKey: string): Promise<number> {
  const id = store.nextId();
  const effect = { type: 'open-subscription' as const, elementInstanceId: 3, nodeId: 'catch', messageName, correlationKey };
  await store.saveSteps([firstStep(headerOf(id, { tenantId }), { effects: [effect] })]);
  return id;
}

describe('subscriptions', () => {
  test('are found by tenant, name and key', async () => {
    const longKey = 'ö'.repeat(20_000);
    const id = await waitFor('acme', 'paid', longKey);
    await waitFor('other', 'paid', longKey);
    const second = await waitFor('acme', 'sent', longKey);

    expect(await messages.findSubscriptions('acme', 'paid', longKey)).toEqual([
      {
        instanceId: id,
        instanceGuid: `guid-${id}`,
        elementInstanceId: 3,
        nodeId: 'catch',
        messageName: 'paid',
        correlationKey: longKey,
      },
    ]);
    expect((await messages.findSubscriptions('acme', null, longKey)).map((found) => found.instanceId)).toEqual([id, second]);
    expect(await messages.findSubscriptions('acme', 'paid', 'ö')).toEqual([]);
  });
});

describe('buffered messages', () => {
  test('are found oldest first while they live', async () => {
    const [first, second] = [store.nextId(), store.nextId()];
    const message = { name: 'paid', correlationKey: 'k1', variables: { note: 'a\u0000b' } };
    await messages.buffer('acme', { ...message, id: second }, NOW + 20, null);
    await messages.buffer('acme', { ...message, id: first }, NOW + 10, null);

    expect(await messages.findBuffered('acme', 'paid', 'k1', NOW)).toEqual({ ...message, id: first });
    expect((await messages.findBuffered('acme', 'paid', 'k1', NOW + 10))?.id).toBe(second);
    expect(await messages.findBuffered('acme', 'paid', 'k1', NOW + 20)).toBeNull();
    expect(await messages.findBuffered('other', 'paid', 'k1', NOW)).toBeNull();
    expect(await messages.deleteExpired(NOW + 10)).toBe(1);
  });

  test('are consumed by one step only', async () => {
    const id = store.nextId();
    await messages.buffer('acme', { id, name: 'sent', correlationKey: 'k2', variables: {} }, NOW, null);
    const consumers = [1, 2].map(() => firstStep(headerOf(store.nextId()), { consumedMessageId: id }));

    await expect(store.saveSteps(consumers)).rejects.toThrow(StepConflict);
    const outcomes = await Promise.allSettled(consumers.map((step) => store.saveSteps([step])));

    expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await messages.findBuffered('acme', 'sent', 'k2', NOW - 1)).toBeNull();
    const written = await store.loadById(consumers.map((step) => step.header.id));
    expect(written).toHaveLength(1);
  });
});
