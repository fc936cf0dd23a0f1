/** A job that this node may hand out; nobody else can before `claim` has run out. */
export interface ClaimedJob {
  readonly tenantId: string;
  readonly instanceGuid: string;
  readonly instanceId: number;
  readonly elementInstanceId: number;
  readonly jobType: string;
  /** Which claim it is: a row that was queued anew meanwhile, or claimed by another, has another. */
  readonly claim: string;
}

/** Jobs of one kind: a tenant's of a type. */
export interface JobKind {
  readonly tenantId: string;
  readonly jobType: string;
}

/** A kind, and how many of its jobs a claim may take; absent: as many as it takes in all. */
export interface WantedKind extends JobKind {
  readonly most?: number;
}

/** Jobs that no worker has taken yet. They are written and deleted by the steps themselves, on the commit path. */
export abstract class JobStore {
  /**
   * Claims up to `limit` jobs of any of these kinds for `claimMs` on the database's clock; SKIP LOCKED. Oldest first, and where they
   * are of several tenants, one of each in turn. The step that gives a job to a worker deletes its row.
   */
  abstract claim(kinds: readonly WantedKind[], limit: number, node: number, claimMs: number): Promise<ClaimedJob[]>;
  /** Those of these kinds of which there is a job that can be claimed. */
  abstract open(kinds: readonly JobKind[]): Promise<JobKind[]>;
  /** Gives claims back: the jobs can be claimed at once. Those that are not held any more stay as they are. */
  abstract giveBack(jobs: readonly ClaimedJob[]): Promise<void>;
  /** Deletes rows that no visit stands behind any more, as far as the claims still hold. */
  abstract discard(jobs: readonly ClaimedJob[]): Promise<void>;
}
