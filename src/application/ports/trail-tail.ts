import type { AuditEntry } from '../../contract/audit-entry.js';

/** Where an entry stands in the order of the audit trail, which is the order in which it is sealed. Whole numbers as text. */
export interface TrailPosition {
  readonly xactId: string;
  readonly entryId: string;
}

/** The end of the audit trail, as it grows. Only what is surely finished is read: nothing ever appears behind a position. */
export abstract class TrailTail {
  /** From where all that is committed from now on is read. */
  abstract horizon(): Promise<TrailPosition>;
  /** The tenants with entries after a position, and from where to look next. */
  abstract changedAfter(after: TrailPosition): Promise<{ readonly tenants: readonly string[]; readonly next: TrailPosition }>;
  /** The tenant's next entries of these actions after a position: a page in the order of their positions, and from where to look next. */
  abstract read(
    tenantId: string,
    after: TrailPosition,
    actions: readonly string[],
  ): Promise<{
    readonly entries: readonly { readonly entry: AuditEntry; readonly position: TrailPosition }[];
    readonly next: TrailPosition;
    readonly hasMore: boolean;
  }>;
}
