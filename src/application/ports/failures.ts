import type { AuditEntry } from '../../contract/audit-entry.js';
import type { ClaimedKey } from './stores.js';

/** Names the group that a failure belongs to. */
export interface FailureFingerprint {
  /** 24 hex digits; no two tenants share one. */
  readonly fingerprint: string;
  /** The message without what changes from case to case. */
  readonly pattern: string;
}

/** What people have said about a group: `snoozed` ends by itself, and is `open` again. */
export type FailureGroupState = 'open' | 'acknowledged' | 'snoozed';

export interface FailureGroupFilter {
  readonly groupId?: string | undefined;
  readonly processKey?: string | undefined;
  readonly processDefinitionId?: number | undefined;
  readonly activityId?: string | undefined;
  readonly errorCode?: string | undefined;
  readonly errorClass?: string | undefined;
  readonly owner?: string | undefined;
  readonly state?: readonly FailureGroupState[] | undefined;
  /** Case-insensitive, in pattern and code. */
  readonly text?: string | undefined;
  /** Groups without an open failure, too. */
  readonly includeSettled?: boolean | undefined;
}

export type FailureGroupSortKey = 'count' | 'firstSeen' | 'lastSeen';

/** Failures of one cause, and what people have said about them. */
export interface FailureGroup {
  readonly groupId: string;
  readonly processDefinitionId: number;
  readonly processKey: string;
  readonly activityId: string;
  readonly errorCode: string;
  readonly errorClass: string;
  readonly pattern: string;
  /** Failures that are open now. */
  readonly count: number;
  /** Failures that were ever opened. */
  readonly total: number;
  readonly firstSeen: Date;
  readonly lastSeen: Date;
  /** Opened and settled in each of the last 24 hours, the oldest first; `now` is in the last one. */
  readonly trend: readonly { readonly from: Date; readonly opened: number; readonly settled: number }[];
  /** Of the newest open failures. */
  readonly samples: readonly { readonly instanceGuid: string; readonly message: string; readonly at: Date }[];
  /** Versions of the definition with open failures, the newest first. */
  readonly affectedVersions: readonly { readonly version: number; readonly count: number }[];
  readonly state: FailureGroupState;
  readonly snoozedUntil: Date | null;
  readonly owner: string | null;
  readonly note: string | null;
  readonly changedAt: Date | null;
  readonly changedBy: string | null;
}

/** What can be said about a group; undefined: stays as it is. */
export interface FailureGroupChange {
  readonly state?: FailureGroupState | undefined;
  /** Of `snoozed`. */
  readonly snoozedUntil?: Date | null | undefined;
  readonly owner?: string | null | undefined;
  readonly note?: string | null | undefined;
}

/**
 * Groups of failures. Their counts are written in the very transactions that open and settle incidents: at any moment, they are
 * what counting the incidents gives.
 */
export abstract class FailureGroupStore {
  /** Groups that match, with how many they are. `now`: the hours of the trend, and which have been snoozed for long enough. */
  abstract list(
    tenantId: string,
    filter: FailureGroupFilter,
    page: {
      readonly pageNumber: number;
      readonly pageSize: number;
      readonly sortBy: FailureGroupSortKey;
      readonly sortDirection: 'asc' | 'desc';
    },
    now: Date,
  ): Promise<{ readonly items: FailureGroup[]; readonly totalRecords: number }>;
  /**
   * Changes what is said about a group; null where the tenant has none such, and nothing is written. `audit` makes the entry from
   * what was said before, and it is written in the same transaction.
   * @throws StepConflict, and nothing is written, where `underClaim` is not held any more
   */
  abstract change(
    tenantId: string,
    groupId: string,
    change: FailureGroupChange,
    by: string,
    now: Date,
    audit: (before: FailureGroupNotes, after: FailureGroupNotes) => AuditEntry,
    underClaim: ClaimedKey | null,
  ): Promise<FailureGroupNotes | null>;
  /** Of all tenants: groups with an open failure, by what is said about them at `now`. */
  abstract countOpen(now: Date): Promise<Readonly<Record<FailureGroupState, number>>>;
  /** Merges counts that nobody asks for one by one any more: of hours before `before`. Changes no sum. */
  abstract fold(before: Date): Promise<void>;
}

/** What people have said about a group, as it is stored. */
export interface FailureGroupNotes {
  readonly processKey: string;
  readonly activityId: string;
  readonly state: FailureGroupState;
  readonly snoozedUntil: Date | null;
  readonly owner: string | null;
  readonly note: string | null;
}
