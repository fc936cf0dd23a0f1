import type { AuditEntry } from '../../contract/audit-entry.js';
import type { ClaimedKey } from './stores.js';

/** How much of a kind of work a tenant may do; one of the two at least is given. */
export interface TaskLimit {
  /** `task:<type>`, or the origin of an endpoint (`https://host:port`). */
  readonly key: string;
  /** Attempts at once, over all nodes. */
  readonly maxConcurrent: number | null;
  /** Attempts that begin in a second, over all nodes. */
  readonly ratePerSecond: number | null;
}

/** A limit as people see it. */
export interface LimitInUse extends TaskLimit {
  readonly comment: string | null;
  readonly setBy: string;
  readonly setAt: Date;
  /** Permits that living nodes and jobs hold now. */
  readonly inUse: number;
  /** Attempts that wait for a permit now. */
  readonly waiting: number;
}

/** The limits of tenants. A change whose `underClaim` is not held any more throws StepConflict and writes nothing. */
export abstract class LimitStore {
  /** By their keys, in alphabetical order. */
  abstract list(tenantId: string): Promise<LimitInUse[]>;
  /** Sets the limit anew, or changes it; `audit` is written in the same transaction. */
  abstract set(
    tenantId: string,
    limit: TaskLimit & { readonly comment: string | null; readonly setBy: string },
    audit: AuditEntry,
    underClaim: ClaimedKey | null,
  ): Promise<void>;
  /** False when there is none: then nothing is written. */
  abstract remove(tenantId: string, key: string, audit: AuditEntry, underClaim: ClaimedKey | null): Promise<boolean>;
}

/** What a node holds of a limit, and how many of its attempts wait for more. */
export interface PermitUse {
  readonly key: string;
  readonly held: number;
  readonly waiting: number;
}

/** A wish for permits of all of these limits at once. */
export interface PermitWish {
  readonly keys: readonly string[];
  readonly wanted: number;
}

export interface PermitGrant {
  /** At most what was wanted, of each of the keys. */
  readonly granted: number;
  /** When a rate lets the next one begin, in ms from now; 0: no rate is in the way. */
  readonly nextInMs: number;
}

/** How a limit is shared at this moment. */
export interface PermitShare {
  readonly key: string;
  /** Another node waits and holds less than its equal part: this node should hold no more than `fair`. */
  readonly othersShort: boolean;
  /** The equal part of each node that needs permits, at least 1. */
  readonly fair: number;
  /** More nodes need permits than there are. */
  readonly crowded: boolean;
}

/** Permits of limits, shared by all nodes. What dead nodes held is free. */
export abstract class LimitPermits {
  /** A value that is another after each change of any limit. */
  abstract revision(): Promise<string>;
  /** The limits of all tenants. */
  abstract all(): Promise<(TaskLimit & { readonly tenantId: string })[]>;
  /**
   * States what this node holds of the limits in `uses`, whatever it was before, then grants what is free of each wish, in this
   * order; exact over all nodes that ask at once. A node whose heartbeat is late is granted nothing.
   */
  abstract settle(
    tenantId: string,
    node: number,
    uses: readonly PermitUse[],
    wishes: readonly PermitWish[],
  ): Promise<{ grants: PermitGrant[]; shares: PermitShare[] }>;
}

/** A job by the visit that it is the work of. */
export interface JobOfVisit {
  readonly instanceId: number;
  readonly elementInstanceId: number;
}

/**
 * Permits of `task:<type>` for jobs that are given to workers. They count together with those of the attempts that nodes
 * execute themselves. Where the tenant has set no limit, nothing is asked of the database.
 */
export abstract class JobPermits {
  /**
   * Which of these jobs may be given to workers now: the first of them, all where there is no limit. A permit counts as long as a
   * worker holds the job, whatever ends that; one that the job had before is given back first. A rate counts each job that is
   * given out. `nextInMs`: when a rate lets the next one through; 0 where none is in the way.
   */
  abstract take<Job extends JobOfVisit>(
    tenantId: string,
    jobType: string,
    jobs: readonly Job[],
  ): Promise<{ readonly granted: readonly Job[]; readonly nextInMs: number }>;
  /** The jobs have ended, or were not given out after all. */
  abstract giveBack(tenantId: string, jobs: readonly JobOfVisit[]): Promise<void>;
}

/** The same in the database, which asks for every call. */
export abstract class JobPermitStore extends JobPermits {}
