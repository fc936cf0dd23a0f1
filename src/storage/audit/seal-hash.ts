import { digestOf } from './digest.js';

/** Bytes of a digest and of a seal's hash. */
export const DIGEST_BYTES = 32;

/** Before the first seal of a chain. */
export const NO_HASH = Buffer.alloc(DIGEST_BYTES);

/** A row of `audit_seal`. Positions are text: the database's 64 bits, whatever somebody put there. */
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
