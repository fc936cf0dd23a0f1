import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { auditStatements } from '../../src/storage/audit/write-audit.js';
import { auditEntry } from './audit-entry.js';
import { AuditFixture, idOf } from './audit-fixture.js';

let fixture: AuditFixture;

beforeEach(async () => {
  fixture = await AuditFixture.open();
});

afterEach(() => fixture.close());

describe('a seal', () => {
  it.each([
    ['entry_ids', 'entry_ids[1:1]'],
    ['digests', 'substr(digests, 1, 32)'],
    ['last_entry_id', 'last_entry_id + 1'],
    ['last_xact_id', 'last_xact_id - 1'],
    ['sealed_at', `sealed_at - interval '1 hour'`],
    ['previous_hash', 'hash'],
    ['hash', 'previous_hash'],
  ])('is found when its column %s was altered', async (column, value) => {
    const entries = await fixture.sealFive();
    await fixture.tamper(`UPDATE audit_seal SET ${column} = ${value} WHERE seal_no = 2`);

    expect(await fixture.findInvalid()).toEqual({ id: idOf(entries, 1), reason: 'Seal 2 was altered' });
  });

  it('is found when it was removed from the middle', async () => {
    const entries = await fixture.sealFive();
    await fixture.tamper('DELETE FROM audit_seal WHERE seal_no = 2');

    expect(await fixture.findInvalid()).toEqual({ id: idOf(entries, 1), reason: 'Seal 2 was removed' });
  });

  it('is found when the newest was removed', async () => {
    const entries = await fixture.sealFive();
    await fixture.tamper('DELETE FROM audit_seal WHERE seal_no = 3');

    expect(await fixture.findInvalid()).toEqual({ id: idOf(entries, 3), reason: 'Seal 3 was removed' });
  });

  it('is found when the newest was removed with its entries', async () => {
    const entries = await fixture.sealFive();
    await fixture.tamper('DELETE FROM audit_seal WHERE seal_no = 3');
    await fixture.tamper('DELETE FROM audit_entry WHERE id >= $1', idOf(entries, 3));

    expect(await fixture.findInvalid()).toEqual({ id: idOf(entries, 4), reason: 'Seal 3 was removed' });
  });

  it('is found when the newest was removed and new entries were sealed since', async () => {
    const entries = await fixture.sealFive();
    await fixture.tamper('DELETE FROM audit_seal WHERE seal_no = 3');
    await fixture.append(auditEntry());

    expect(await fixture.findInvalid()).toEqual({ id: idOf(entries, 3), reason: 'Seal 3 was removed' });
  });

  it('is found when the head was removed or set back', async () => {
    const entries = await fixture.sealFive();
    await fixture.append(auditEntry({ tenantId: 'other' }));
    await fixture.seal(1);
    await fixture.tamper(`DELETE FROM audit_chain_head WHERE tenant_id = 'default'`);

    expect(await fixture.findInvalid()).toMatchObject({
      id: idOf(entries, 0),
      reason: 'The head of the chain was removed or set back',
    });
  });

  it('is found when the only head was set back, so that entries were sealed twice', async () => {
    await fixture.sealFive();
    await fixture.tamper(
      `UPDATE audit_chain_head SET (seal_no, hash, last_xact_id, last_entry_id) =
         (SELECT seal_no, hash, last_xact_id, last_entry_id FROM audit_seal WHERE seal_no = 1)`,
    );

    expect(await fixture.findInvalid()).not.toBeNull();
  });
});

describe('sealing', () => {
  it('gives one chain when several nodes seal at once', async () => {
    const entries = Array.from({ length: 3_000 }, () => auditEntry());
    await fixture.store.append(entries);

    const sealed = await Promise.all([fixture.store.seal(), fixture.store.seal(), fixture.store.seal()]);
    await fixture.seal(3_000 - sealed[0] - sealed[1] - sealed[2]);

    expect(await fixture.store.seal()).toBe(0);
    expect(await fixture.store.verify('default')).toMatchObject({ valid: true, checkedEntries: 3_000 });
  });

  it('leaves no gap for a transaction that commits late', async () => {
    const late = auditEntry();
    const open = await fixture.connect();
    await open.query('BEGIN');
    for (const { text, values } of auditStatements([late])) await open.query(text, [...values]);
    const [early] = await fixture.append(auditEntry());

    expect(await fixture.store.seal()).toBe(0);
    await open.query('COMMIT');
    await fixture.seal(2);
    expect(await fixture.store.verify('default')).toMatchObject({ valid: true, checkedEntries: 2, sealedUpTo: early?.id });
    await open.end();
  });

  it('follows the numbers of transactions, not their digits', async () => {
    const [later, earlier] = [auditEntry(), auditEntry()];
    await fixture.insertAt('10', later);
    await fixture.insertAt('9', earlier);

    await fixture.seal(2);

    expect(await fixture.store.seal()).toBe(0);
    expect(await fixture.store.verify('default')).toEqual({
      valid: true,
      checkedEntries: 2,
      sealedUpTo: later.id,
      removedEntries: 0,
      removedUpTo: null,
      firstInvalid: null,
    });
  });

  it('goes on after a transaction that was rolled back', async () => {
    const open = await fixture.connect();
    await open.query('BEGIN');
    for (const { text, values } of auditStatements([auditEntry()])) await open.query(text, [...values]);
    await fixture.append(auditEntry());
    await open.query('ROLLBACK');
    await open.end();

    await fixture.seal(1);
    expect(await fixture.store.verify('default')).toMatchObject({ valid: true, checkedEntries: 1 });
  });
});
