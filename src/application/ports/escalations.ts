import type { AuditEntry } from '../../contract/audit-entry.js';
import type { ClaimedKey } from './stores.js';

/** When a group of failures that nobody looks after is told of, and how often. */
export interface EscalationRule {
  /** Its oldest open failure is older than this. */
  readonly olderThanMs: number;
  /** It has so many open failures, at least. */
  readonly minCount: number;
  /** Not again before. */
  readonly repeatEveryMs: number;
  readonly comment: string | null;
  readonly setBy: string;
  readonly setAt: Date;
}

/** A group that is told of. */
export interface ToldGroup {
  readonly tenantId: string;
  readonly groupId: string;
  readonly processKey: string;
  readonly activityId: string;
  readonly errorCode: string;
  readonly errorClass: string;
  readonly pattern: string;
}

/** With how neglected it is. */
export interface NeglectedGroup extends ToldGroup {
  /** Open failures. */
  readonly count: number;
  readonly oldestAt: Date;
}

/** Rules of tenants, one each, and the groups that are told of. A change whose `underClaim` is not held any more throws StepConflict. */
export abstract class EscalationStore {
  abstract find(tenantId: string): Promise<EscalationRule | null>;
  /** In the place of the one that was there; `audit` is written in the same transaction. */
  abstract set(tenantId: string, rule: EscalationRule, audit: AuditEntry, underClaim: ClaimedKey | null): Promise<void>;
  /** False when there is none: then nothing is written. */
  abstract remove(tenantId: string, audit: AuditEntry, underClaim: ClaimedKey | null): Promise<boolean>;
  /** Groups that were never told of, of all tenants, the oldest first: each is told of once, by an entry in the same transaction. How many. */
  abstract announce(now: Date, limit: number, audit: (group: ToldGroup) => AuditEntry): Promise<number>;
  /** Neglected groups by their tenants' rules: open, neither acknowledged nor snoozed. Each on one node, by an entry in the same transaction. */
  abstract escalate(now: Date, limit: number, audit: (group: NeglectedGroup) => AuditEntry): Promise<number>;
}
