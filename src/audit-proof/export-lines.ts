import type { AuditCheckpoint, AuditRemoval } from '../contract/audit-checkpoint.js';
import { DIGEST_BYTES, type StoredSeal } from './seals.js';

/** Named in the first line, so that another layout can follow without being taken for this one. */
export const EXPORT_FORMAT = 'reprise-audit-export-1';

/** The first line: `{"export": ...}`. */
export interface ExportHead {
  readonly format: typeof EXPORT_FORMAT;
  readonly tenantId: string;
  /** When it began; ISO 8601. */
  readonly at: string;
  /** What the entries were chosen by; null: it claims to hold all that are sealed. */
  readonly filter: Readonly<Record<string, unknown>> | null;
}

/** Beside the checkpoint of the last line: `{"checkpoint": ..., "end": ...}`. */
export interface ExportEnd {
  readonly entries: number;
  readonly seals: number;
  /** Of the tenant, committed when the export began and not sealed yet: they are not in it. */
  readonly unsealed: number;
}

/** The first line of an export with proof. */
export function headLine(head: Omit<ExportHead, 'format'>): string {
  return `${JSON.stringify({ export: { format: EXPORT_FORMAT, ...head } })}\n`;
}

/** Which entries are stated to be removed; before the first seal. */
export function removalLine(removal: AuditRemoval): string {
  return `${JSON.stringify({ removal })}\n`;
}

/** A seal, before its entries. */
export function sealLine(seal: StoredSeal): string {
  const { tenantId, sealNo, entryIds, digests, lastXactId, lastEntryId, sealedAt, previousHash, hash } = seal;
  const wire: WireSeal = {
    tenantId,
    sealNo,
    entryIds,
    digests: digests.toString('base64'),
    lastXactId,
    lastEntryId,
    sealedAt,
    previousHash: previousHash.toString('hex'),
    hash: hash.toString('hex'),
  };
  return `${JSON.stringify({ seal: wire })}\n`;
}

/** A checkpoint of the seal before it, where the next seal is not the one that follows. */
export function checkpointLine(checkpoint: AuditCheckpoint): string {
  return `${JSON.stringify({ checkpoint })}\n`;
}

/** The last line. The checkpoint is of the last seal in the file; of the last one in the chain where the file has none. */
export function endLine(checkpoint: AuditCheckpoint | null, end: ExportEnd): string {
  return `${JSON.stringify({ checkpoint, end })}\n`;
}

/** The last line where the chain itself is broken: nothing is signed then. */
export function brokenLine(reason: string): string {
  return `${JSON.stringify({ broken: { reason } })}\n`;
}

interface WireSeal {
  readonly tenantId: string;
  readonly sealNo: number;
  readonly entryIds: readonly number[];
  readonly digests: string;
  readonly lastXactId: string;
  readonly lastEntryId: string;
  readonly sealedAt: number;
  readonly previousHash: string;
  readonly hash: string;
}

const TEXTS = ['tenantId', 'digests', 'lastXactId', 'lastEntryId', 'previousHash', 'hash'];

/** The seal of a line; null where the value has not its shape. */
export function sealOf(value: unknown): StoredSeal | null {
  if (typeof value !== 'object' || value === null) return null;
  const given = value as Readonly<Record<string, unknown>> & WireSeal;
  const isWhole =
    TEXTS.every((name) => typeof given[name] === 'string') &&
    Number.isSafeInteger(given.sealNo) &&
    typeof given.sealedAt === 'number' &&
    Array.isArray(given.entryIds) &&
    given.entryIds.every(Number.isSafeInteger);
  if (!isWhole) return null;
  const { tenantId, sealNo, entryIds, lastXactId, lastEntryId, sealedAt } = given;
  const previousHash = Buffer.from(given.previousHash, 'hex');
  const hash = Buffer.from(given.hash, 'hex');
  if (hash.length !== DIGEST_BYTES) return null;
  return {
    tenantId,
    sealNo,
    entryIds,
    digests: Buffer.from(given.digests, 'base64'),
    lastXactId,
    lastEntryId,
    sealedAt,
    previousHash,
    hash,
  };
}
