import { columnsOfRow, type AuditRow } from './audit-columns.js';
import { digestOf } from './digest.js';
import { DIGEST_BYTES, hashOfSeal, type Seal } from './seal-hash.js';

/** The first entry that is not as it was. */
export interface Finding {
  readonly id: number;
  readonly reason: string;
}

/** A seal as it is stored, with the hash that was taken of it. */
export interface StoredSeal extends Seal {
  readonly hash: Buffer;
}

export interface StoredEntry extends AuditRow {
  readonly digest: Buffer;
}

/** What the chain says of an entry. */
export interface SealedEntry {
  readonly id: number;
  readonly digest: Buffer;
}

/** How the seal breaks the chain that ended with `sealNo` and `hash`; null where it does not. */
export function findBrokenSeal(seal: StoredSeal, sealNo: number, hash: Buffer): string | null {
  if (seal.sealNo !== sealNo + 1) return `Seal ${sealNo + 1} was removed`;
  if (!hashOfSeal(seal).equals(seal.hash)) return `Seal ${seal.sealNo} was altered`;
  if (!seal.previousHash.equals(hash)) return `Seal ${seal.sealNo} does not follow seal ${sealNo}: one of them was replaced`;
  if (seal.digests.length !== seal.entryIds.length * DIGEST_BYTES) return `Seal ${seal.sealNo} was altered`;
  return null;
}

export function sealedEntries({ entryIds, digests }: Seal): SealedEntry[] {
  return entryIds.map((id, i) => ({ id, digest: digests.subarray(i * DIGEST_BYTES, (i + 1) * DIGEST_BYTES) }));
}

/** Compares stored entries with those that were sealed, both in the order of their positions. */
export function findChangedEntry(sealed: readonly SealedEntry[], stored: readonly StoredEntry[]): Finding | null {
  const known = new Set(sealed.map((entry) => entry.id));
  for (const [i, expected] of sealed.entries()) {
    const entry = stored[i];
    if (entry?.id === expected.id) {
      if (!isUnchanged(entry) || !entry.digest.equals(expected.digest)) {
        return { id: expected.id, reason: 'The entry was altered after it was sealed' };
      }
    } else if (entry && !known.has(Number(entry.id))) {
      return { id: Number(entry.id), reason: 'The entry was inserted among sealed ones' };
    } else {
      return { id: expected.id, reason: 'The entry was removed, or moved, after it was sealed' };
    }
  }
  const surplus = stored[sealed.length];
  return surplus ? { id: Number(surplus.id), reason: 'The entry was inserted among sealed ones' } : null;
}

/** Whether the fields still have the digest that was stored with them. */
export function isUnchanged(entry: StoredEntry): boolean {
  return digestOf(columnsOfRow(entry)).equals(entry.digest);
}
