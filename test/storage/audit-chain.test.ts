import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import type { AuditEntry } from '../../src/contract/audit-entry.js';
import { columnsOfEntry } from '../../src/storage/audit/audit-columns.js';
import { digestOf } from '../../src/storage/audit/digest.js';
import { auditStatements } from '../../src/storage/audit/write-audit.js';
import { auditEntry } from './audit-entry.js';
import { AuditFixture } from './audit-fixture.js';

let fixture: AuditFixture;

beforeEach(async () => {
  fixture = await AuditFixture.open();
});

afterEach(() => fixture.close());

const strange = auditEntry({
  actor: { type: 'user', id: 'b\u0000b', claimed: 'half \ud800 pair' },
  comment: 'NUL \u0000, half \udfff, emoji 😀, "quotes"',
  changes: [{ path: '/a', before: 'x\u0000\ud800', after: 1e-7 }],
  durationMs: 0.1 + 0.2,
  detail: { nested: { list: [1, 'ü', null] } },
});

/** Five entries in three seals: 1, then 2 and 3, then 4 and 5. */
async function sealFive(): Promise<AuditEntry[]> {
  const entries = [auditEntry(), strange, auditEntry(), auditEntry({ instanceGuid: null }), auditEntry()];
  const [first, ...others] = entries;
  await fixture.append(...(first ? [first] : []));
  await fixture.seal(1);
  await fixture.append(...others.slice(0, 2));
  await fixture.seal(2);
  await fixture.append(...others.slice(2));
  await fixture.seal(2);
  return entries;
}

function idOf(entries: readonly AuditEntry[], index: number): number {
  return entries[index]?.id ?? -1;
}

async function findInvalid(): Promise<{ id: number; reason: string } | null> {
  const { valid, firstInvalid } = await fixture.store.verify('default');
  expect(valid).toBe(firstInvalid === null);
  return firstInvalid;
}

/** With its true digest, at a position of our choice. */
async function insertAt(xactId: string, entry: AuditEntry): Promise<void> {
  for (const { text, values } of auditStatements([entry])) {
    const withPosition = text.replace('detail, digest)', 'detail, digest, xact_id)').replace('SELECT *', `SELECT *, ${xactId}`);
    await fixture.tamper(withPosition, ...values);
  }
}

describe('an untouched trail', () => {
  it('is valid, whatever text is in it', async () => {
    const entries = await sealFive();
    const loose = auditEntry({ tenantId: 'default' });
    await fixture.append(auditEntry({ tenantId: 'other' }), loose);
    await fixture.seal(2);

    expect(await fixture.store.verify('default')).toEqual({
      valid: true,
      checkedEntries: 6,
      sealedUpTo: loose.id,
      firstInvalid: null,
    });
    expect(idOf(entries, 4)).toBeLessThan(loose.id);
  });

  it('is valid when it is empty', async () => {
    expect(await fixture.store.verify('nobody')).toEqual({
      valid: true,
      checkedEntries: 0,
      sealedUpTo: null,
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
    const entries = await sealFive();
    await fixture.tamper(`UPDATE audit_entry SET ${column} = ${value} WHERE id = $1`, idOf(entries, 2));

    expect(await findInvalid()).toEqual({ id: idOf(entries, 2), reason: 'The entry was altered after it was sealed' });
  });

  it('is found when its digest was made anew for the altered text', async () => {
    const entries = await sealFive();
    const altered = { ...auditEntry(), ...entries[2], comment: 'forged' };
    await fixture.tamper(
      'UPDATE audit_entry SET comment = $2, digest = $3 WHERE id = $1',
      altered.id,
      altered.comment,
      digestOf(columnsOfEntry(altered)),
    );

    expect(await findInvalid()).toEqual({ id: altered.id, reason: 'The entry was altered after it was sealed' });
  });

  it.each([0, 2, 4])('is found when it was removed (number %i of 5)', async (index) => {
    const entries = await sealFive();
    await fixture.tamper('DELETE FROM audit_entry WHERE id = $1', idOf(entries, index));

    expect(await findInvalid()).toEqual({
      id: idOf(entries, index),
      reason: 'The entry was removed, or moved, after it was sealed',
    });
  });

  it('is found when it was given to another tenant', async () => {
    const entries = await sealFive();
    await fixture.append(auditEntry({ tenantId: 'other' }));
    await fixture.seal(1);
    await fixture.tamper(`UPDATE audit_entry SET tenant_id = 'other' WHERE id = $1`, idOf(entries, 2));

    expect(await findInvalid()).toMatchObject({ id: idOf(entries, 2) });
    expect((await fixture.store.verify('other')).firstInvalid).toMatchObject({ id: idOf(entries, 2) });
  });

  it('does not hide one that was altered before it', async () => {
    const entries = await sealFive();
    await fixture.tamper('DELETE FROM audit_entry WHERE id = $1', idOf(entries, 3));
    await fixture.tamper(`UPDATE audit_entry SET comment = 'x' WHERE id = $1`, idOf(entries, 1));

    expect(await findInvalid()).toMatchObject({ id: idOf(entries, 1) });
  });
});

describe('an inserted entry', () => {
  it('is found among sealed ones', async () => {
    const entries = await sealFive();
    const forged = auditEntry();
    await insertAt(`(SELECT xact_id FROM audit_entry WHERE id = ${idOf(entries, 2)})`, forged);

    expect(await findInvalid()).toEqual({ id: forged.id, reason: 'The entry was inserted among sealed ones' });
  });

  it('is found before all others', async () => {
    await sealFive();
    const forged = auditEntry();
    await insertAt('-9223372036854775807', forged);

    expect(await findInvalid()).toEqual({ id: forged.id, reason: 'The entry was inserted among sealed ones' });
  });

  it('is found after the last seal of its tenant, where others were sealed later', async () => {
    const entries = await sealFive();
    await fixture.append(auditEntry({ tenantId: 'other' }));
    await fixture.seal(1);
    const forged = auditEntry();
    await insertAt(`(SELECT xact_id FROM audit_entry WHERE id = ${idOf(entries, 4)})`, forged);

    expect(await findInvalid()).toEqual({
      id: forged.id,
      reason: 'The entry is in no seal, though later ones are: it was inserted',
    });
  });

  it('is found where its transaction has not begun', async () => {
    await sealFive();
    const forged = auditEntry();
    await insertAt('9223372036854775000', forged);

    expect(await findInvalid()).toEqual({
      id: forged.id,
      reason: 'The entry was inserted: it names a transaction that has not begun',
    });
  });

  it('is found when its digest is not its own, sealed or not', async () => {
    const entry = auditEntry();
    const [statement] = auditStatements([entry]);
    await fixture.tamper(statement?.text ?? '', ...(statement?.values ?? []));
    await fixture.tamper('UPDATE audit_entry SET digest = $1', createHash('sha256').update('another').digest());

    expect(await findInvalid()).toMatchObject({ id: entry.id });
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
      firstInvalid: null,
    });
    await fixture.tamper(`UPDATE audit_entry SET comment = 'x'`);

    expect(await findInvalid()).toEqual({ id: entry?.id, reason: 'The entry was altered before it was sealed' });
    await open.end();
  });
});

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
    const entries = await sealFive();
    await fixture.tamper(`UPDATE audit_seal SET ${column} = ${value} WHERE seal_no = 2`);

    expect(await findInvalid()).toEqual({ id: idOf(entries, 1), reason: 'Seal 2 was altered' });
  });

  it('is found when it was removed from the middle', async () => {
    const entries = await sealFive();
    await fixture.tamper('DELETE FROM audit_seal WHERE seal_no = 2');

    expect(await findInvalid()).toEqual({ id: idOf(entries, 1), reason: 'Seal 2 was removed' });
  });

  it('is found when the newest was removed', async () => {
    const entries = await sealFive();
    await fixture.tamper('DELETE FROM audit_seal WHERE seal_no = 3');

    expect(await findInvalid()).toEqual({ id: idOf(entries, 3), reason: 'Seal 3 was removed' });
  });

  it('is found when the newest was removed with its entries', async () => {
    const entries = await sealFive();
    await fixture.tamper('DELETE FROM audit_seal WHERE seal_no = 3');
    await fixture.tamper('DELETE FROM audit_entry WHERE id >= $1', idOf(entries, 3));

    expect(await findInvalid()).toEqual({ id: idOf(entries, 4), reason: 'Seal 3 was removed' });
  });

  it('is found when the newest was removed and new entries were sealed since', async () => {
    const entries = await sealFive();
    await fixture.tamper('DELETE FROM audit_seal WHERE seal_no = 3');
    await fixture.append(auditEntry());

    expect(await findInvalid()).toEqual({ id: idOf(entries, 3), reason: 'Seal 3 was removed' });
  });

  it('is found when the head was removed or set back', async () => {
    const entries = await sealFive();
    await fixture.append(auditEntry({ tenantId: 'other' }));
    await fixture.seal(1);
    await fixture.tamper(`DELETE FROM audit_chain_head WHERE tenant_id = 'default'`);

    expect(await findInvalid()).toMatchObject({ id: idOf(entries, 0), reason: 'The head of the chain was removed or set back' });
  });

  it('is found when the only head was set back, so that entries were sealed twice', async () => {
    await sealFive();
    await fixture.tamper(
      `UPDATE audit_chain_head SET (seal_no, hash, last_xact_id, last_entry_id) =
         (SELECT seal_no, hash, last_xact_id, last_entry_id FROM audit_seal WHERE seal_no = 1)`,
    );

    expect(await findInvalid()).not.toBeNull();
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
    await insertAt('10', later);
    await insertAt('9', earlier);

    await fixture.seal(2);

    expect(await fixture.store.seal()).toBe(0);
    expect(await fixture.store.verify('default')).toEqual({
      valid: true,
      checkedEntries: 2,
      sealedUpTo: later.id,
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
