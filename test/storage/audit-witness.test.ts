import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AuditKey, TrustedKeys } from '../../src/audit-proof/audit-key.js';
import { signCheckpoint } from '../../src/audit-proof/checkpoint.js';
import type { AuditVerification, AuditWitness } from '../../src/application/ports/stores.js';
import { digestOf } from '../../src/audit-proof/digest.js';
import { entryFields } from '../../src/audit-proof/entry-fields.js';
import { PgAuditChain } from '../../src/storage/audit/audit-chain-reader.js';
import { auditEntry } from './audit-entry.js';
import { AuditFixture, idOf } from './audit-fixture.js';

const key = AuditKey.ofPem(AuditKey.generate());
let fixture: AuditFixture;
let kept: AuditWitness;

const verify = (): Promise<AuditVerification> => fixture.store.verify('default', kept);

async function keepCheckpoint(): Promise<void> {
  const seal = await new PgAuditChain(fixture.dataSource).newestSeal('default');
  if (!seal) throw new Error('Expected a seal, but there is none');
  const checkpoint = signCheckpoint(key, seal, '2026-11-25T12:00:00.000Z');
  kept = { trusted: new TrustedKeys([key.publicKey]), checkpoint };
}

beforeEach(async () => {
  fixture = await AuditFixture.open();
});

afterEach(() => fixture.close());

describe('a chain of which a checkpoint was kept', () => {
  it('is valid while it only grows', async () => {
    await fixture.sealFive();
    await keepCheckpoint();
    await fixture.append(auditEntry());
    await fixture.seal(1);

    expect(await verify()).toMatchObject({ valid: true, checkedEntries: 6 });
  });

  it('is found when all of it was made anew, which nothing inside of the database shows', async () => {
    const entries = await fixture.sealFive();
    await keepCheckpoint();
    const forged = { ...auditEntry(), ...entries[2], comment: 'forged' };
    const digest = digestOf(entryFields(forged));
    await fixture.tamper('UPDATE audit_entry SET comment = $2, digest = $3 WHERE id = $1', forged.id, forged.comment, digest);
    await fixture.tamper('DELETE FROM audit_seal');
    await fixture.tamper('DELETE FROM audit_chain_head');
    await fixture.append(auditEntry());
    await fixture.seal(6);
    for (let made = 1; made < 3; made++) {
      await fixture.append(auditEntry());
      await fixture.seal(1);
    }

    expect(await fixture.store.verify('default')).toMatchObject({ valid: true, checkedEntries: 8 });
    expect((await verify()).firstInvalid).toMatchObject({
      reason: 'Seal 3 is not the one of the checkpoint: the chain was made anew',
    });
  });

  it('is found when its end was cut off with entries and head, which nothing inside of the database shows', async () => {
    const entries = await fixture.sealFive();
    await keepCheckpoint();
    await fixture.tamper('DELETE FROM audit_entry WHERE id >= $1', idOf(entries, 3));
    await fixture.tamper('DELETE FROM audit_seal WHERE seal_no = 3');
    await fixture.tamper(
      'UPDATE audit_chain_head SET (seal_no, hash, last_xact_id, last_entry_id) = (SELECT seal_no, hash, last_xact_id, last_entry_id FROM audit_seal WHERE seal_no = 2)',
    );

    expect(await fixture.store.verify('default')).toMatchObject({ valid: true, checkedEntries: 3 });
    expect((await verify()).firstInvalid).toEqual({
      id: idOf(entries, 4),
      reason: 'The chain ends at seal 2, before seal 3 of the checkpoint: its end was cut off',
    });
  });
});
