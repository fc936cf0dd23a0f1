/** What became of the partitions that were asked for; those that had been there already are in none of the lists. */
export interface MadePartitions {
  readonly made: readonly string[];
  /** Rows of that week are in the default partition already: the week stays there. */
  readonly leftToDefault: readonly string[];
  /** A lock was not to be had at once, so that nobody had to wait for it: worth another try later. */
  readonly busy: readonly string[];
}

/** History by weeks (UTC, Monday to Monday). Every call is safe on several nodes at once. */
export abstract class HistoryPartitions {
  /** Makes what is missing of the week of `now` (epoch ms) and of the `ahead` weeks after it, for visits and audit entries. */
  abstract make(now: number, ahead: number): Promise<MadePartitions>;
  /**
   * Drops the weeks of visits that ended before `before` (epoch ms) and have no row any more; returns their names. One that
   * others hold is left for the next time. Audit entries are never dropped.
   */
  abstract dropEmpty(before: number): Promise<readonly string[]>;
}

/** How far a pass over the ended instances has come; opaque. */
export interface RemovalPosition {
  readonly definitionId: number;
  readonly startedAt: string;
  readonly instanceId: number;
}

export interface RemovedBatch {
  readonly removed: number;
  /** Where to go on; null: the pass is over. */
  readonly next: RemovalPosition | null;
}

/** Instances that have had their time. */
export abstract class EndedInstances {
  /**
   * Removes those that began and ended before `before` (epoch ms), with their history but for the audit trail. Looks at no more
   * than a batch of instances after `from` (null: from the beginning), so that one call takes milliseconds. Whatever has not
   * ended is left alone.
   */
  abstract remove(before: number, from: RemovalPosition | null): Promise<RemovedBatch>;
}
