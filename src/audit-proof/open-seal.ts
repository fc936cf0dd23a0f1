import type { AuditEntry } from '../contract/audit-entry.js';
import { digestOf } from './digest.js';
import { entryFields } from './entry-fields.js';
import type { RemovedPlaces } from './removal.js';
import { sealedEntries, type SealedEntry, type StoredSeal } from './seals.js';

/** Said where the entry that should come next does not. */
export const REMOVED = 'The entry was removed, or moved';

/** A seal whose entries are being read from a file. */
export class OpenSeal {
  /** A checkpoint has vouched for it. */
  isVouched = false;
  private readonly sealed: readonly SealedEntry[];
  private next = 0;
  private removedEntries = 0;

  /** @param isWhole every entry must be in the file, but for the removed ones */
  constructor(
    readonly seal: StoredSeal,
    private readonly removed: RemovedPlaces,
    private readonly isWhole: boolean,
  ) {
    this.sealed = sealedEntries(seal);
    this.skipRemoved();
  }

  /** The entry that comes next where none is missing. */
  get expectedId(): number | null {
    return this.sealed[this.next]?.id ?? null;
  }

  /** Why the entry is not the next one; null where it is. */
  find(entry: AuditEntry): string | null {
    let place = this.next;
    while (place < this.sealed.length && this.sealed[place]?.id !== entry.id) place++;
    const sealed = this.sealed[place];
    if (!sealed || this.isVouched) return 'The entry is not in the seal before it: it was inserted, or moved';
    if (this.isWhole && place !== this.next) return REMOVED;
    if (!sealed.digest.equals(digestOf(entryFields(entry)))) return 'The entry was altered after it was sealed';
    this.next = place + 1;
    this.skipRemoved();
    return null;
  }

  /** Why it must not end here; null where it may. */
  close(): string | null {
    return this.isWhole && this.next < this.sealed.length ? REMOVED : null;
  }

  /** How many of its entries are stated to be removed; counted once. */
  takeRemoved(): number {
    const count = this.removedEntries;
    this.removedEntries = 0;
    return count;
  }

  private skipRemoved(): void {
    while (this.isWhole && this.next < this.sealed.length && this.removed.has(this.seal.sealNo, this.next)) {
      this.removedEntries++;
      this.next++;
    }
  }
}
