import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { GetAuditTrailQuery } from '../../src/application/audit/get-audit-trail/get-audit-trail.command.js';
import { VerifyAuditTrailQuery } from '../../src/application/audit/verify-audit-trail/verify-audit-trail.command.js';
import { Wakeups } from '../../src/application/ports/attempts.js';
import { AuditRetentionStore, AuditSigner } from '../../src/application/ports/audit-chain.js';
import { Clock } from '../../src/application/ports/clock.js';
import { EndedInstances, HistoryPartitions } from '../../src/application/ports/history.js';
import { InstanceStore } from '../../src/application/ports/instance-store.js';
import { AuditStore, type AuditVerification } from '../../src/application/ports/stores.js';
import type { AuditEntry } from '../../src/contract/audit-entry.js';
import { AuditRetention } from '../../src/runner/audit-retention.js';
import { ApplicationUnderTest, callerOf } from '../application/support/application-under-test.js';
import { auditEntry } from '../storage/audit-entry.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const OLD = Date.parse('2026-01-06T00:00:00Z');
let database: TestDatabase;
let app: ApplicationUnderTest;

beforeAll(async () => {
  database = await createTestDatabase();
  app = await ApplicationUnderTest.start(database.url);
  await app.get(HistoryPartitions).make(OLD, 1);
  await app
    .get(AuditStore)
    .append([
      auditEntry({ tenantId: 'acme', at: '2026-01-06T00:00:00.000Z' }),
      auditEntry({ tenantId: 'other', at: '2026-01-07T00:00:00.000Z' }),
      auditEntry({ tenantId: 'acme', at: '2026-01-13T00:00:00.000Z' }),
    ]);
});

afterAll(async () => {
  await app.stop();
  await database.drop();
});

function retention(keepDays: number | null): AuditRetention {
  const parts = {
    weeks: app.get(AuditRetentionStore),
    audit: app.get(AuditStore),
    signer: app.get(AuditSigner),
    ids: app.get(InstanceStore),
    instances: app.get(EndedInstances),
    clock: app.get(Clock),
    wakeups: app.get(Wakeups),
  };
  return new AuditRetention(parts, keepDays);
}

async function verification(tenantId = 'acme'): Promise<AuditVerification> {
  return (await app.ask(VerifyAuditTrailQuery, {}, callerOf({ tenantId }))).data as AuditVerification;
}

/** What entries of the tenant there are in the time of the old ones, or later. */
async function actions(filter: object): Promise<string[]> {
  const { data } = await app.ask(GetAuditTrailQuery, filter, callerOf({ tenantId: 'acme' }));
  return (data as { items: AuditEntry[] }).items.map(({ action, actor }) => `${action} by ${actor.id}`);
}

it('removes the weeks that are older than the trail is kept, says so in the trail, and leaves it provable', async () => {
  // Transactions in other databases of the server may delay seals.
  while ((await verification()).sealedUpTo === null);
  const days = (app.get(Clock).now() - Date.parse('2026-01-12T00:00:00Z')) / 86_400_000;

  await retention(null).removeOld();
  await retention(Math.ceil(days)).removeOld();
  expect((await verification()).removedEntries).toBe(0);

  await retention(Math.floor(days)).removeOld();
  expect(await verification()).toMatchObject({ valid: true, removedEntries: 1, removedUpTo: '2026-01-12T00:00:00.000Z' });
  expect(await verification('other')).toMatchObject({ valid: true, removedEntries: 1 });
  expect(await actions({ to: '2026-01-20' })).toEqual(['RetryFailedTask by alice']);
  expect(await actions({ action: 'AuditRetention' })).toEqual(['AuditRetention by reprise']);

  await retention(Math.floor(days)).removeOld();
  expect(await actions({ action: 'AuditRetention' })).toHaveLength(1);
});
