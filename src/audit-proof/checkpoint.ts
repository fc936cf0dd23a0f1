import type { AuditCheckpoint } from '../contract/audit-checkpoint.js';
import type { AuditKey, TrustedKeys } from './audit-key.js';
import { canonicalText } from './digest.js';
import type { StoredSeal } from './seals.js';

/** What a checkpoint says of a seal. */
export type VouchedSeal = Pick<StoredSeal, 'tenantId' | 'sealNo' | 'hash' | 'lastEntryId'>;

/** @param at ISO 8601 */
export function signCheckpoint(key: AuditKey, seal: VouchedSeal, at: string): AuditCheckpoint {
  const { tenantId, sealNo } = seal;
  const said = { tenantId, sealNo, hash: seal.hash.toString('hex'), lastEntryId: Number(seal.lastEntryId), at };
  return { ...said, ...key.sign(textOf({ ...said, keyId: key.keyId })) };
}

/** Whether a trusted key has signed it as it is. */
export function isSigned(checkpoint: AuditCheckpoint, trusted: TrustedKeys): boolean {
  return trusted.have(textOf(checkpoint), checkpoint);
}

/** The bytes that are signed are the UTF-8 of this text: see `canonicalText`. */
function textOf(said: Omit<AuditCheckpoint, 'publicKey' | 'signature'>): string {
  const { tenantId, sealNo, hash, lastEntryId, at, keyId } = said;
  return canonicalText('reprise-audit-checkpoint-1', [tenantId, sealNo, hash, lastEntryId, at, keyId]);
}

const TEXTS = ['tenantId', 'hash', 'at', 'keyId', 'publicKey', 'signature'] as const;
const NUMBERS = ['sealNo', 'lastEntryId'] as const;

/** A checkpoint from outside; null where the value has not its shape. Further keys are left out. */
export function checkpointOf(value: unknown): AuditCheckpoint | null {
  if (typeof value !== 'object' || value === null) return null;
  const given = value as Readonly<Record<string, unknown>>;
  const isWhole =
    TEXTS.every((name) => typeof given[name] === 'string') && NUMBERS.every((name) => Number.isSafeInteger(given[name]));
  if (!isWhole) return null;
  return Object.fromEntries([...TEXTS, ...NUMBERS].map((name) => [name, given[name]])) as unknown as AuditCheckpoint;
}
