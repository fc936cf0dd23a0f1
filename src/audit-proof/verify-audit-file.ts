import type { AuditCheckpoint } from '../contract/audit-checkpoint.js';
import { TrustedKeys } from './audit-key.js';
import { FileWalk, type LineFinding } from './file-walk.js';

/** What an export must hold against. */
export interface FileTrust {
  /** Public keys of Ed25519 in PEM. What the file says of its own key counts for nothing. */
  readonly trustedKeys: readonly string[];
  /** A checkpoint that was kept elsewhere: where the file has that seal, it must be this one. */
  readonly checkpoint?: AuditCheckpoint | undefined;
}

/** What an export proves. */
export interface FileVerification {
  /** Each entry in the file was sealed as it stands there, and nobody changed the file. */
  readonly valid: boolean;
  /** The file holds all entries of its tenant up to its last seal, but for those that are stated to be removed. */
  readonly complete: boolean;
  readonly tenantId: string | null;
  readonly checkedEntries: number;
  readonly sealsChecked: number;
  readonly removedEntries: number;
  /** All removed entries were written before this instant; ISO 8601. */
  readonly removedUpTo: string | null;
  /** What was committed when the export began, not sealed, and so not exported. */
  readonly unsealedEntries: number;
  /** The first line that is not as it was, from 1. */
  readonly firstInvalid: LineFinding | null;
  /** The last one in the file. */
  readonly checkpoint: AuditCheckpoint | null;
  /** Of the key that signed it. */
  readonly keyId: string | null;
}

/**
 * Checks an export with proof (`GET /api/core/audit?proof=true` as NDJSON), without the server and at constant memory: one seal
 * is held at a time.
 *
 * Found: an entry altered, inserted, removed or moved; a seal altered, removed or replaced; a line added, doubled or left
 * out; a file that was cut off; a signature of somebody else. Of a filtered export it cannot be said that nothing is missing.
 *
 * @param lines without their ends, as `readline` gives them
 * @throws RangeError where a trusted key is no public key of Ed25519
 */
export async function verifyAuditFile(
  lines: AsyncIterable<string> | Iterable<string>,
  { trustedKeys, checkpoint: kept }: FileTrust,
): Promise<FileVerification> {
  const walk = new FileWalk(new TrustedKeys(trustedKeys), kept ?? null);
  for await (const line of lines) {
    walk.take(line);
    if (walk.found) break;
  }
  walk.end();
  const { found, tenantId, checkpoint } = walk;
  return {
    valid: found === null,
    complete: found === null && walk.isComplete,
    tenantId,
    checkedEntries: walk.checkedEntries,
    sealsChecked: walk.sealsChecked,
    removedEntries: walk.removedEntries,
    removedUpTo: walk.removedUpTo,
    unsealedEntries: walk.unsealedEntries,
    firstInvalid: found,
    checkpoint,
    keyId: checkpoint?.keyId ?? null,
  };
}
