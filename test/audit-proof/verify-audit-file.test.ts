import { beforeEach, describe, expect, it } from '@jest/globals';
import { AuditKey } from '../../src/audit-proof/audit-key.js';
import { verifyAuditFile, type FileVerification } from '../../src/audit-proof/verify-audit-file.js';
import type { AuditCheckpoint } from '../../src/contract/audit-checkpoint.js';
import { auditEntry } from '../storage/audit-entry.js';
import { ExportedChain } from './exported-chain.js';

let chain: ExportedChain;
let file: string[];

// Lines: 1 head, 2 seal, 3 to 5 entries, 6 seal, 7 to 8 entries, 9 seal, 10 entry, 11 end.
beforeEach(() => {
  chain = new ExportedChain(3, 2, 1);
  file = chain.whole();
});

function verify(lines: readonly string[], checkpoint?: AuditCheckpoint): Promise<FileVerification> {
  return verifyAuditFile(lines, { trustedKeys: [chain.key.publicKey], checkpoint });
}

/** The line with one text in it replaced. */
function altered(line: number, from: string, to: string): string[] {
  const text = file[line - 1] ?? '';
  expect(text).toContain(from);
  return file.with(line - 1, text.replace(from, to));
}

describe('an export of everything', () => {
  it('proves that it is complete and as it was sealed', async () => {
    expect(await verify(file)).toEqual({
      valid: true,
      complete: true,
      tenantId: 'default',
      checkedEntries: 6,
      sealsChecked: 3,
      removedEntries: 0,
      removedUpTo: null,
      unsealedEntries: 0,
      firstInvalid: null,
      checkpoint: chain.checkpoint(),
      keyId: chain.key.keyId,
    });
  });

  it('of a tenant without entries is complete, too', async () => {
    chain = new ExportedChain();
    expect(await verify(chain.whole())).toMatchObject({ valid: true, complete: true, checkedEntries: 0, checkpoint: null });
  });

  it.each([
    ['a field', '"comment":"entry 1"', '"comment":"harmless"'],
    ['the instant', '.000Z', '.001Z'],
    ['who acted', '"id":"alice"', '"id":"bob"'],
    ['a number into text of the same digits', '"attempt":2', '"attempt":"2"'],
    [
      'by a second value for a key, of which readers may take either',
      '"comment":"entry 1"',
      '"comment":"harmless","comment":"entry 1"',
    ],
    ['by a key of its own', '"detail":null', '"detail":null,"approvedBy":"the boss"'],
    ['into no JSON', '{', '['],
  ])('shows an entry that was altered: %s', async (_what, from, to) => {
    const { valid, complete, firstInvalid } = await verify(altered(4, from, to));
    expect([valid, complete]).toEqual([false, false]);
    expect(firstInvalid).toMatchObject({ line: 4, id: chain.ids(1)[1] });
  });

  it.each([
    ['the first of a seal', 3, 4, 0, 1],
    ['one in the middle', 4, 5, 1, 1],
    ['the last of a seal', 8, 9, 1, 2],
    ['the last of all', 10, 11, 0, 3],
  ])('names the entry that was removed: %s', async (_which, line, at, index, sealNo) => {
    expect((await verify(file.toSpliced(line - 1, 1))).firstInvalid).toMatchObject({
      line: at - 1,
      id: chain.ids(sealNo)[index],
      reason: 'The entry was removed, or moved',
    });
  });

  it('names the entry that was inserted, and one that was doubled', async () => {
    const forged = auditEntry();
    expect((await verify(file.toSpliced(4, 0, JSON.stringify(forged)))).firstInvalid).toMatchObject({ line: 5, id: forged.id });
    expect((await verify(file.toSpliced(4, 0, file[3] ?? ''))).firstInvalid).toMatchObject({ line: 5, id: chain.ids(1)[1] });
  });

  it('shows that entries changed places', async () => {
    expect((await verify(file.with(2, file[3] ?? '').with(3, file[2] ?? ''))).firstInvalid).toMatchObject({
      line: 3,
      id: chain.ids(1)[0],
    });
  });

  it('shows a seal that was removed with its entries, altered or replaced', async () => {
    expect((await verify(file.toSpliced(5, 3))).firstInvalid).toMatchObject({ line: 6, reason: 'Seal 2 was removed' });
    expect((await verify(altered(6, '"lastXactId":"701"', '"lastXactId":"702"'))).firstInvalid).toMatchObject({
      line: 6,
      reason: 'Seal 2 was altered',
    });
    const anew = new ExportedChain(3, 2, 1).whole();
    expect((await verify([...file.slice(0, 5), ...anew.slice(5)])).firstInvalid).toMatchObject({
      line: 6,
      reason: 'Seal 2 does not follow seal 1: one of them was replaced',
    });
  });

  it.each([1, 2, 4, 5, 8, 9, 10])('notices that it was cut off behind line %i', async (line) => {
    expect((await verify(file.slice(0, line))).firstInvalid).toEqual({
      line: line + 1,
      id: null,
      reason: 'The file ends before its last line: it was cut off',
    });
  });

  it('notices that its end was cut off and its last line kept', async () => {
    expect((await verify([...file.slice(0, 8), ...file.slice(10)])).firstInvalid).toMatchObject({
      line: 9,
      reason: expect.stringContaining('The checkpoint is of seal 3, not of seal 2'),
    });
    expect((await verify([...file.slice(0, 1), ...file.slice(10)])).firstInvalid).toMatchObject({
      reason: 'Seals 1 to 3 were removed',
    });
  });

  it('notices what was added behind its last line', async () => {
    expect((await verify([...file, JSON.stringify(auditEntry())])).firstInvalid).toMatchObject({ line: 12 });
  });

  it('is not believed on the word of another key, even where the file names it', async () => {
    const stranger = AuditKey.ofPem(AuditKey.generate());
    const end = { checkpoint: chain.checkpoint(3, stranger), end: { entries: 6, seals: 3, unsealed: 0 } };
    expect((await verify(file.with(10, JSON.stringify(end)))).firstInvalid).toMatchObject({
      line: 11,
      reason: 'The checkpoint is not signed by a trusted key',
    });
    await expect(verifyAuditFile(file, { trustedKeys: ['no key'] })).rejects.toThrow(RangeError);
  });

  it.each(['{"id":1}', '{}', '', 'id,tenantId,at'])('is not %j', async (line) => {
    expect((await verify([line])).firstInvalid).toMatchObject({ line: 1 });
  });
});

describe('a checkpoint that was kept elsewhere', () => {
  it('agrees with the chain that it was taken of', async () => {
    expect(await verify(file, chain.checkpoint(2))).toMatchObject({ valid: true, complete: true });
  });

  it('shows a chain that was made anew under the same key', async () => {
    const kept = chain.checkpoint(2);
    const anew = new ExportedChain(3, 2, 1);
    expect(await verifyAuditFile(anew.whole(), { trustedKeys: [anew.key.publicKey], checkpoint: kept })).toMatchObject({
      valid: false,
      firstInvalid: { line: 6, reason: 'Seal 2 is not the one of the checkpoint that was kept: the chain was made anew' },
    });
  });

  it('shows a chain whose end was cut off', async () => {
    const kept = chain.checkpoint(3);
    chain.seals.pop();
    expect((await verify(chain.whole(), kept)).firstInvalid).toMatchObject({
      reason: expect.stringContaining('its end was cut off'),
    });
  });
});

describe('a filtered export', () => {
  it('proves each of its entries, and does not claim to be complete', async () => {
    const [, id] = chain.ids(1);
    expect(await verify(chain.filtered([1, 3], (entry) => entry.id === id || entry.id === chain.ids(3)[0]))).toMatchObject({
      valid: true,
      complete: false,
      checkedEntries: 2,
      sealsChecked: 2,
    });
    expect(await verify(chain.filtered([]))).toMatchObject({ valid: true, complete: false, checkedEntries: 0 });
  });

  it('shows an entry that was altered or inserted', async () => {
    file = chain.filtered([2]);
    expect((await verify(altered(3, 'entry 0', 'entry 9'))).firstInvalid).toMatchObject({ line: 3, id: chain.ids(2)[0] });
    const forged = auditEntry();
    expect((await verify(file.toSpliced(3, 0, JSON.stringify(forged)))).firstInvalid).toMatchObject({ line: 4, id: forged.id });
  });

  it('shows a seal for which nobody has signed', async () => {
    file = chain.filtered([1, 3]);
    const checkpoint = file.findIndex((line) => line.startsWith('{"checkpoint"'));
    expect((await verify(file.toSpliced(checkpoint, 1))).firstInvalid).toMatchObject({ reason: 'Seal 2 was removed' });
  });

  it('that is said to be whole is found out', async () => {
    file = chain.filtered([1, 3]);
    expect((await verify(altered(1, '{"actor":"alice"}', 'null'))).valid).toBe(false);
    file = chain.filtered([1, 2, 3], ({ id }) => id !== chain.ids(2)[0]);
    expect((await verify(altered(1, '{"actor":"alice"}', 'null'))).firstInvalid).toMatchObject({ id: chain.ids(2)[0] });
  });
});

describe('entries that had had their time', () => {
  const runs = [
    { fromSeal: 1, fromPlace: 0, toSeal: 2, toPlace: 0 },
    { fromSeal: 3, fromPlace: 0, toSeal: 3, toPlace: 0 },
  ];

  it('are missing by right: just those that the signed statement names', async () => {
    const [, left] = chain.ids(2);
    expect(await verify(chain.without(chain.removal(runs, 5), ({ id }) => id === left))).toMatchObject({
      valid: true,
      complete: true,
      checkedEntries: 1,
      removedEntries: 5,
      removedUpTo: '2026-01-12T00:00:00.000Z',
    });
    expect((await verify(chain.without(chain.removal(runs, 5), () => false))).firstInvalid).toMatchObject({ id: left });
  });

  it('are missing without right where the statement was altered', async () => {
    file = chain.without(chain.removal(runs, 5), ({ id }) => id === chain.ids(2)[1]);
    expect((await verify(altered(2, '"fromPlace":0', '"fromPlace":1'))).firstInvalid).toMatchObject({
      line: 2,
      reason: 'The statement of removed entries is not signed by a trusted key',
    });
  });
});
