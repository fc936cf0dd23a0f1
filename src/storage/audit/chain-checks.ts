import { digestOf } from '../../audit-proof/digest.js';
import type { SealedEntry } from '../../audit-proof/seals.js';
import { columnsOfRow, type AuditRow } from './audit-columns.js';

/** The first entry that is not as it was. */
export interface Finding {
  readonly id: number;
  readonly reason: string;
}

export interface StoredEntry extends AuditRow {
  readonly digest: Buffer;
}

/** Said of an entry that is in a seal and nowhere else. */
export const REMOVED = 'The entry was removed, or moved, after it was sealed';

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
      return { id: expected.id, reason: REMOVED };
    }
  }
  const surplus = stored[sealed.length];
  return surplus ? { id: Number(surplus.id), reason: 'The entry was inserted among sealed ones' } : null;
}

/** Whether the fields still have the digest that was stored with them. */
export function isUnchanged(entry: StoredEntry): boolean {
  return digestOf(columnsOfRow(entry)).equals(entry.digest);
}
