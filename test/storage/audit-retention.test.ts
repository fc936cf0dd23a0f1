import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { RemovalRecord } from '../../src/application/ports/audit-chain.js';
import { AuditKey, TrustedKeys } from '../../src/audit-proof/audit-key.js';
import { signRemoval, type SaidRemoval } from '../../src/audit-proof/removal.js';
import type { AuditEntry } from '../../src/contract/audit-entry.js';
import { PgAuditRetentionStore } from '../../src/storage/audit/audit-retention-store.js';
import { PgHistoryPartitions } from '../../src/storage/stores/history-partitions.js';
import { auditEntry } from './audit-entry.js';
import { AuditFixture } from './audit-fixture.js';
import { partitionsOf } from './history-sessions.js';

const WEEK = 'audit_entry_2026w02';
const NEXT = '2026-01-12T00:00:00.000Z';
const AT = '2026-11-25T12:00:00.000Z';
const key = AuditKey.ofPem(AuditKey.generate());
const witness = { trusted: new TrustedKeys([key.publicKey]), checkpoint: null };

let fixture: AuditFixture;
let weeks: PgAuditRetentionStore;

beforeEach(async () => {
  fixture = await AuditFixture.open();
  weeks = new PgAuditRetentionStore(fixture.dataSource);
  await new PgHistoryPartitions(fixture.dataSource).make(Date.parse('2026-01-05T00:00:00Z'), 1);
});

afterEach(() => fixture.close());

function record(said: Omit<SaidRemoval, 'at'>): RemovalRecord {
  const entry = auditEntry({ tenantId: said.tenantId, at: AT, action: 'AuditRetention' });
  return { id: entry.id, removal: signRemoval(key, { ...said, at: AT }), entry };
}

/** Entries of the week and, as clocks differ, one of the next among them: sealed together. */
async function seal(...tenantAndDay: readonly (readonly [string, string])[]): Promise<AuditEntry[]> {
  const entries = tenantAndDay.map(([tenantId, day]) => auditEntry({ tenantId, at: `2026-01-${day}T12:00:00.000Z` }));
  await fixture.append(...entries);
  await fixture.seal(entries.length);
  return entries;
}

const verify = (tenant: string) => fixture.store.verify(tenant, witness);

describe('a week of the trail that has had its time', () => {
  it('goes, and the chain of each tenant is still proved by its statement', async () => {
    await seal(['default', '05'], ['other', '06'], ['default', '07']);
    await seal(['default', '08'], ['default', '12'], ['default', '11'], ['default', '13'], ['third', '14']);

    expect(await weeks.weeksBefore(Date.parse(NEXT) - 1)).toEqual([]);
    expect(await weeks.weeksBefore(Date.parse(NEXT))).toEqual([WEEK]);
    expect(await weeks.remove(WEEK, record)).toEqual({ outcome: 'removed', week: WEEK, entries: 5 });

    expect(await partitionsOf(fixture.dataSource, 'audit_entry')).not.toHaveProperty(WEEK);
    expect(await verify('default')).toMatchObject({
      valid: true,
      checkedEntries: 3,
      removedEntries: 4,
      removedUpTo: NEXT,
      firstInvalid: null,
    });
    expect(await verify('other')).toMatchObject({ valid: true, checkedEntries: 1, removedEntries: 1 });
    expect(await verify('third')).toMatchObject({ valid: true, checkedEntries: 1, removedEntries: 0, removedUpTo: null });
    const { items } = await fixture.store.query('other', {}, 10, null);
    expect(items.map(({ action }) => action)).toEqual(['AuditRetention']);
  });

  it('leaves what was deleted by hand to be found: in a kept week, and in itself before it went', async () => {
    const [first] = await seal(['default', '05'], ['default', '06']);
    const [, among] = await seal(['default', '08'], ['default', '12'], ['default', '11']);
    await fixture.tamper('DELETE FROM audit_entry WHERE id = $1', first?.id);
    expect(await weeks.remove(WEEK, record)).toMatchObject({ outcome: 'removed', entries: 3 });

    expect((await verify('default')).firstInvalid).toMatchObject({ id: first?.id });
    await fixture.insertAt('1', first ?? auditEntry()); // Back again, so that what comes later is looked at.
    await fixture.tamper(
      'UPDATE audit_entry SET xact_id = (SELECT last_xact_id - 1 FROM audit_seal WHERE seal_no = 1) WHERE id = $1',
      first?.id,
    );
    expect(await verify('default')).toMatchObject({ valid: true });
    await fixture.tamper('DELETE FROM audit_entry WHERE id = $1', among?.id);
    expect((await verify('default')).firstInvalid).toMatchObject({ id: among?.id, reason: expect.stringContaining('removed') });
  });

  it('is missing without right where nobody who is trusted has signed', async () => {
    const [first] = await seal(['default', '05'], ['default', '13']);
    await weeks.remove(WEEK, record);

    const untrusted = { trusted: new TrustedKeys([AuditKey.ofPem(AuditKey.generate()).publicKey]), checkpoint: null };
    expect((await fixture.store.verify('default', untrusted)).firstInvalid).toMatchObject({
      id: first?.id,
      reason: expect.stringContaining('1 statement(s) that entries have had their time are not signed by a trusted key'),
    });
    await fixture.tamper(`UPDATE audit_removal SET statement = replace(statement::text, '"fromPlace":0', '"fromPlace":1')::json`);
    expect((await verify('default')).firstInvalid).toMatchObject({ id: first?.id });
  });

  it('stays while an entry of it is not sealed, or not as it was sealed', async () => {
    const [entry] = await seal(['default', '05'], ['default', '13']);
    const [late] = await fixture.append(auditEntry({ at: '2026-01-06T00:00:00.000Z' }));
    const kept = { outcome: 'kept', week: WEEK };
    expect(await weeks.remove(WEEK, record)).toEqual({ ...kept, reason: 'Not each of its 2 entries is sealed as it stands' });
    await fixture.seal(1);
    await fixture.tamper(`UPDATE audit_entry SET digest = '\\x00' WHERE id = $1`, entry?.id);
    expect(await weeks.remove(WEEK, record)).toMatchObject(kept);

    expect((await fixture.store.query('default', {}, 10, null)).items.map(({ id }) => id)).toContain(late?.id);
  });

  it('goes once where two servers remove it at once, and waits for none that uses it', async () => {
    await seal(['default', '05'], ['default', '13']);
    const reader = await fixture.connect();
    await reader.query('BEGIN; SELECT FROM audit_entry');
    expect(await weeks.remove(WEEK, record)).toEqual({ outcome: 'kept', week: WEEK, reason: 'Others use it' });
    await reader.end();

    const outcomes = await Promise.all([weeks.remove(WEEK, record), weeks.remove(WEEK, record)]);
    expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['kept', 'removed']);
    expect(await verify('default')).toMatchObject({ valid: true, removedEntries: 1 });
  });

  it('is none of the default partition, whose entries stay', async () => {
    await seal(['default', '05'], ['default', '30']);
    await weeks.remove(WEEK, record);

    expect(await weeks.weeksBefore(Date.parse('2027-01-01T00:00:00Z'))).toEqual(['audit_entry_2026w03']);
    expect(await verify('default')).toMatchObject({ valid: true, removedEntries: 1 });
  });
});

describe('statements of removed entries', () => {
  it.each(['UPDATE audit_removal SET id = 1', 'DELETE FROM audit_removal', 'TRUNCATE audit_removal'])(
    'cannot be changed: %s',
    async (statement) => {
      const client = await fixture.connect();
      await expect(client.query(statement)).rejects.toMatchObject({ code: 'RP002' });
      await client.end();
    },
  );
});
