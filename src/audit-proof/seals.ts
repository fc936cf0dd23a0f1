import { digestOf } from './digest.js';

/** Bytes of a digest and of a seal's hash. */
export const DIGEST_BYTES = 32;

/** Before the first seal of a chain. */
export const NO_HASH = Buffer.alloc(DIGEST_BYTES);

/** A link of a tenant's chain. Positions are text: the database's 64 bits, whatever somebody put there. */
export interface Seal {
  readonly tenantId: string;
  readonly sealNo: number;
  readonly entryIds: readonly number[];
  /** The digests of these entries, one after the other. */
  readonly digests: Buffer;
  readonly lastXactId: string;
  readonly lastEntryId: string;
  /** Epoch ms, with a fraction where there is one. */
  readonly sealedAt: number;
  readonly previousHash: Buffer;
}

/** A seal as it is stored, with the hash that was taken of it. */
export interface StoredSeal extends Seal {
  readonly hash: Buffer;
}

/** What the chain says of an entry. */
export interface SealedEntry {
  readonly id: number;
  readonly digest: Buffer;
}

/** What the next seal holds as `previousHash`: it covers this seal, and through it all before. */
export function hashOfSeal(seal: Seal): Buffer {
  return digestOf([
    'seal',
    seal.tenantId,
    seal.sealNo,
    seal.entryIds.join(),
    seal.digests.toString('hex'),
    seal.lastXactId,
    seal.lastEntryId,
    seal.sealedAt,
    seal.previousHash.toString('hex'),
  ]);
}

/** How the seal breaks the chain that ended with `sealNo` and `hash`; null where it does not. */
export function findBrokenSeal(seal: StoredSeal, sealNo: number, hash: Buffer): string | null {
  if (seal.sealNo !== sealNo + 1) return `Seal ${sealNo + 1} was removed`;
  const altered = findAlteredSeal(seal);
  if (altered !== null) return altered;
  return seal.previousHash.equals(hash) ? null : `Seal ${seal.sealNo} does not follow seal ${sealNo}: one of them was replaced`;
}

/** Whether the seal, on its own, still has the hash that was taken of it; null where it has. */
export function findAlteredSeal(seal: StoredSeal): string | null {
  const isWhole = seal.digests.length === seal.entryIds.length * DIGEST_BYTES && hashOfSeal(seal).equals(seal.hash);
  return isWhole ? null : `Seal ${seal.sealNo} was altered`;
}

/** Its entries in their order. */
export function sealedEntries({ entryIds, digests }: Seal): SealedEntry[] {
  return entryIds.map((id, i) => ({ id, digest: digests.subarray(i * DIGEST_BYTES, (i + 1) * DIGEST_BYTES) }));
}
