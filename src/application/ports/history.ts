/** What became of the partitions that were asked for; those that had been there already are in none of the lists. */
export interface MadePartitions {
  readonly made: readonly string[];
  /** Rows of that week are in the default partition already: the week stays there. */
  readonly leftToDefault: readonly string[];
  /** A lock was not to be had soon; no step waited behind it for longer than a tenth of a second: worth another try later. */
  readonly busy: readonly string[];
  /**
   * Given up in time, as where a large default partition is looked through for rows of each week. Who needed that partition may
   * have waited for a second.
   */
  readonly tookTooLong: readonly string[];
}

/** History by weeks (UTC, Monday to Monday). Every call is safe on several nodes at once. */
export abstract class HistoryPartitions {
  /**
   * Makes what is missing of the week of `now` (epoch ms) and of the `ahead` weeks after it, for visits, variables and audit entries; in a
   * few seconds at most. A table's first week that is busy or takes too long is the last one tried: the later ones share its lot.
   */
  abstract make(now: number, ahead: number): Promise<MadePartitions>;
  /**
   * Drops the weeks of visits and variables that ended before `before` (epoch ms) and have no row any more; returns their names. Ends at the
   * first one that others hold, which is left for the next time with those after it. Audit entries are never dropped.
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
  /** The time of the database, epoch ms: the same for all nodes, however wrong the clock of one of them is. */
  abstract databaseTime(): Promise<number>;
  /**
   * Removes those that began and ended before `before` (epoch ms), with their history but for the audit trail. Looks at no more
   * than a batch of instances after `from` (null: from the beginning), so that one call takes well below a second. Whatever has
   * not ended is left alone, and for this time what another node is removing.
   */
  abstract remove(before: number, from: RemovalPosition | null): Promise<RemovedBatch>;
}
