import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { columnsOfEntry } from '../../src/storage/audit/audit-columns.js';
import { digestOf } from '../../src/audit-proof/digest.js';
import { auditStatements } from '../../src/storage/audit/write-audit.js';
import { auditEntry } from './audit-entry.js';
import { AuditFixture, idOf } from './audit-fixture.js';

let fixture: AuditFixture;

beforeEach(async () => {
  fixture = await AuditFixture.open();
});

afterEach(() => fixture.close());

describe('an untouched trail', () => {
  it('is valid, whatever text is in it', async () => {
    const entries = await fixture.sealFive();
    const loose = auditEntry({ tenantId: 'default' });
    await fixture.append(auditEntry({ tenantId: 'other' }), loose);
    await fixture.seal(2);

    expect(await fixture.store.verify('default')).toEqual({
      valid: true,
      checkedEntries: 6,
      sealedUpTo: loose.id,
      removedEntries: 0,
      removedUpTo: null,
      firstInvalid: null,
    });
    expect(idOf(entries, 4)).toBeLessThan(loose.id);
  });

  it('is valid when it is empty', async () => {
    expect(await fixture.store.verify('nobody')).toEqual({
      valid: true,
      checkedEntries: 0,
      sealedUpTo: null,
      removedEntries: 0,
      removedUpTo: null,
      firstInvalid: null,
    });
  });

  it('is valid over many seals and batches, with the entries of two tenants mixed', async () => {
    const entries = Array.from({ length: 1_203 }, (_, i) => auditEntry({ tenantId: i % 2 === 0 ? 'default' : 'other' }));
    await fixture.store.append(entries);
    await fixture.seal(1_203);
    for (let i = 0; i < 45; i++) {
      await fixture.append(auditEntry());
      await fixture.seal(1);
    }

    expect(await fixture.store.seal()).toBe(0);
    expect(await fixture.store.verify('default')).toMatchObject({ valid: true, checkedEntries: 602 + 45 });
    expect(await fixture.store.verify('other')).toMatchObject({ valid: true, checkedEntries: 601 });
  });
});

describe('the database', () => {
  it.each([
    'UPDATE audit_entry SET comment = NULL',
    'DELETE FROM audit_entry_default',
    'TRUNCATE audit_entry',
    'DELETE FROM audit_seal',
    'UPDATE audit_seal SET seal_no = 9',
    'DELETE FROM audit_chain_head',
  ])('refuses: %s', async (statement) => {
    const client = await fixture.connect();
    await expect(client.query(statement)).rejects.toMatchObject({ code: 'RP002' });
    await client.end();
  });
});

describe('a sealed entry', () => {
  const CHANGES: [column: string, value: string][] = [
    ['at', `at + interval '1 microsecond'`],
    ['actor_type', `'system'`],
    ['actor_id', `'mallory'`],
    ['actor_claimed', `'x'`],
    ['action', `'SkipFailedTask'`],
    ['outcome', `'refused'`],
    ['instance_guid', `'loan-2'`],
    ['process_key', `'Other'`],
    ['task_id', 'NULL'],
    ['attempt', '3'],
    ['comment', `'harmless'`],
    ['changes', `'[ ]'`],
    ['status_before', `'running'`],
    ['status_after', `'completed'`],
    ['duration_ms', '12.500000000000002'],
    ['correlation_id', 'NULL'],
    ['idempotency_key', `''`],
    ['detail', `'{}'`],
    ['digest', `'\\x00'`],
  ];

  it.each(CHANGES)('is found when its column %s was altered', async (column, value) => {
    const entries = await fixture.sealFive();
    await fixture.tamper(`UPDATE audit_entry SET ${column} = ${value} WHERE id = $1`, idOf(entries, 2));

    expect(await fixture.findInvalid()).toEqual({ id: idOf(entries, 2), reason: 'The entry was altered after it was sealed' });
  });

  it('is found when its digest was made anew for the altered text', async () => {
    const entries = await fixture.sealFive();
    const altered = { ...auditEntry(), ...entries[2], comment: 'forged' };
    await fixture.tamper(
      'UPDATE audit_entry SET comment = $2, digest = $3 WHERE id = $1',
      altered.id,
      altered.comment,
      digestOf(columnsOfEntry(altered)),
    );

    expect(await fixture.findInvalid()).toEqual({ id: altered.id, reason: 'The entry was altered after it was sealed' });
  });

  it.each([0, 2, 4])('is found when it was removed (number %i of 5)', async (index) => {
    const entries = await fixture.sealFive();
    await fixture.tamper('DELETE FROM audit_entry WHERE id = $1', idOf(entries, index));

    expect(await fixture.findInvalid()).toEqual({
      id: idOf(entries, index),
      reason: 'The entry was removed, or moved, after it was sealed',
    });
  });

  it('is found when it was given to another tenant', async () => {
    const entries = await fixture.sealFive();
    await fixture.append(auditEntry({ tenantId: 'other' }));
    await fixture.seal(1);
    await fixture.tamper(`UPDATE audit_entry SET tenant_id = 'other' WHERE id = $1`, idOf(entries, 2));

    expect(await fixture.findInvalid()).toMatchObject({ id: idOf(entries, 2) });
    expect((await fixture.store.verify('other')).firstInvalid).toMatchObject({ id: idOf(entries, 2) });
  });

  it('does not hide one that was altered before it', async () => {
    const entries = await fixture.sealFive();
    await fixture.tamper('DELETE FROM audit_entry WHERE id = $1', idOf(entries, 3));
    await fixture.tamper(`UPDATE audit_entry SET comment = 'x' WHERE id = $1`, idOf(entries, 1));

    expect(await fixture.findInvalid()).toMatchObject({ id: idOf(entries, 1) });
  });
});

describe('an inserted entry', () => {
  it('is found among sealed ones', async () => {
    const entries = await fixture.sealFive();
    const forged = auditEntry();
    await fixture.insertAt(`(SELECT xact_id FROM audit_entry WHERE id = ${idOf(entries, 2)})`, forged);

    expect(await fixture.findInvalid()).toEqual({ id: forged.id, reason: 'The entry was inserted among sealed ones' });
  });

  it('is found before all others', async () => {
    await fixture.sealFive();
    const forged = auditEntry();
    await fixture.insertAt('-9223372036854775807', forged);

    expect(await fixture.findInvalid()).toEqual({ id: forged.id, reason: 'The entry was inserted among sealed ones' });
  });

  it('is found after the last seal of its tenant, where others were sealed later', async () => {
    const entries = await fixture.sealFive();
    await fixture.append(auditEntry({ tenantId: 'other' }));
    await fixture.seal(1);
    const forged = auditEntry();
    await fixture.insertAt(`(SELECT xact_id FROM audit_entry WHERE id = ${idOf(entries, 4)})`, forged);

    expect(await fixture.findInvalid()).toEqual({
      id: forged.id,
      reason: 'The entry is in no seal, though later ones are: it was inserted',
    });
  });

  it('is found where its transaction has not begun', async () => {
    await fixture.sealFive();
    const forged = auditEntry();
    await fixture.insertAt('9223372036854775000', forged);

    expect(await fixture.findInvalid()).toEqual({
      id: forged.id,
      reason: 'The entry was inserted: it names a transaction that has not begun',
    });
  });

  it('is found when its digest is not its own, sealed or not', async () => {
    const entry = auditEntry();
    const [statement] = auditStatements([entry]);
    await fixture.tamper(statement?.text ?? '', ...(statement?.values ?? []));
    await fixture.tamper('UPDATE audit_entry SET digest = $1', createHash('sha256').update('another').digest());

    expect(await fixture.findInvalid()).toMatchObject({ id: entry.id });
  });
});

describe('an entry that is not sealed yet', () => {
  it('is checked too', async () => {
    const open = await fixture.connect();
    await open.query('BEGIN; SELECT pg_current_xact_id()');
    const [entry] = await fixture.append(auditEntry());
    expect(await fixture.store.verify('default')).toEqual({
      valid: true,
      checkedEntries: 1,
      sealedUpTo: null,
      removedEntries: 0,
      removedUpTo: null,
      firstInvalid: null,
    });
    await fixture.tamper(`UPDATE audit_entry SET comment = 'x'`);

    expect(await fixture.findInvalid()).toEqual({ id: entry?.id, reason: 'The entry was altered before it was sealed' });
    await open.end();
  });
});
