import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { StepConflict } from '../../src/application/ports/instance-store.js';
import type { NewDefinition } from '../../src/application/ports/readers.js';
import type { ClaimedKey } from '../../src/application/ports/stores.js';
import { PgAuditStore } from '../../src/storage/audit/audit-store.js';
import { createDataSource } from '../../src/storage/data-source.js';
import { PgApiTokenStore } from '../../src/storage/stores/api-token-store.js';
import { PgDefinitionStore } from '../../src/storage/stores/definition-store.js';
import { PgIdempotencyStore } from '../../src/storage/stores/idempotency-store.js';
import { PgMessageStore } from '../../src/storage/stores/message-store.js';
import { openHotDatabase } from '../support/hot-database.js';
import { auditEntry } from './audit-entry.js';

const TENANT = 'acme';
const TABLES = [
  'process_definition',
  'process_definition_version',
  'definition_message_start',
  'start_timer',
  'api_token',
  'message_buffer',
  'audit_entry',
];

const database = openHotDatabase();
let people: DataSource;
let keys: PgIdempotencyStore;
let definitions: PgDefinitionStore;
let tokens: PgApiTokenStore;
let definitionId: number;
let tokenId: number;

beforeAll(async () => {
  people = await createDataSource(database.url).initialize();
  keys = new PgIdempotencyStore(database.pool);
  definitions = new PgDefinitionStore(people);
  tokens = new PgApiTokenStore(people);
  const [deployed] = await definitions.insert(TENANT, [definition('first')], '<v1/>', 'alice', () => [], null);
  definitionId = deployed?.id ?? -1;
  tokenId = (await tokens.insert(token, randomUUID(), audit)).id;
});

afterAll(async () => {
  await people?.destroy();
});

const token = { name: 'ci', tenants: [TENANT], roles: ['viewer'], permissions: [], createdBy: 'alice', expiresAt: null };
const audit = () => auditEntry({ tenantId: TENANT, instanceGuid: null });

function definition(name: string): NewDefinition {
  return {
    name,
    processKey: name,
    description: '',
    category: '',
    isActive: true,
    triggerEvents: [],
    contextLoaderType: null,
    metadata: {},
    messageStarts: [{ messageName: 'm', startEventId: 's' }],
    timerStarts: [{ startEventId: 't', dueAt: 0, remaining: null }],
  };
}

/** All that the changes below could touch, as text. */
async function everything(): Promise<string> {
  const rows = TABLES.map((table) => `SELECT '${table}' AS of, to_jsonb(${table}) AS row FROM ${table}`);
  return JSON.stringify(await database.rows(`${rows.join(' UNION ALL ')} ORDER BY 1, 2`));
}

async function claimed(): Promise<ClaimedKey> {
  const wanted = { tenantId: TENANT, key: randomUUID(), claim: randomUUID() };
  expect(await keys.claim(wanted, 'hash', 60_000)).toEqual({ kind: 'claimed' });
  return wanted;
}

/** Each once, in an order in which they can be done. */
const CHANGES: readonly (readonly [string, (underClaim: ClaimedKey) => Promise<unknown>])[] = [
  [
    'a deployment',
    (claim) => definitions.insert(TENANT, [definition('a'), definition('b')], '<v1/>', 'alice', () => [audit()], claim),
  ],
  [
    'another version',
    (claim) => definitions.update(TENANT, definitionId, { xml: '<v2/>', timerStarts: [] }, 'bob', audit, claim),
  ],
  ['a deletion', (claim) => definitions.delete(TENANT, definitionId, audit, claim)],
  ['a revocation', (claim) => tokens.revoke(TENANT, tokenId, audit(), claim)],
  [
    'a buffered message',
    (claim) =>
      new PgMessageStore(database.pool).buffer(TENANT, { id: 1, name: 'm', correlationKey: 'k', variables: {} }, 9e12, claim),
  ],
  ['an entry of what changed nothing', (claim) => new PgAuditStore(database.pool, people).append([audit()], claim)],
];

describe.each(CHANGES)('%s', (_name, change) => {
  test('writes nothing under a claim that was taken over, and leaves the claim of the other as it is', async () => {
    const lost = await claimed();
    await database.rows(`UPDATE idempotency_record SET claim = '${randomUUID()}' WHERE key = '${lost.key}'`);
    const before = await everything();

    await expect(change(lost)).rejects.toThrow(StepConflict);

    expect(await everything()).toBe(before);
    expect(await database.rows(`SELECT applied_at FROM idempotency_record WHERE key = '${lost.key}'`)).toEqual([
      { applied_at: null },
    ]);
    expect(await keys.release(lost)).toBe(false);
  });

  test('marks the claim in its own transaction: then its key is not free any more', async () => {
    const held = await claimed();
    const before = await everything();

    await change(held);

    expect(await everything()).not.toBe(before);
    expect(await keys.release(held)).toBe(false);
    const another = { ...held, claim: randomUUID() };
    expect(await keys.claim(another, 'hash', 60_000)).toEqual({ kind: 'in-progress' });
  });
});

test('what fails for another reason leaves the claim without effect', async () => {
  const held = await claimed();
  const failing = definitions.insert(
    TENANT,
    [definition('c')],
    '<v1/>',
    'alice',
    () => {
      throw new TypeError('no entry');
    },
    held,
  );
  await expect(failing).rejects.toThrow(TypeError);

  expect(await keys.release(held)).toBe(true);
});
