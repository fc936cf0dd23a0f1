/** Something that must hold in every committed state of the database, and whether it does. */
export interface InvariantFinding {
  /** Stable, kebab-case. */
  readonly check: string;
  /** What must hold, as a sentence. */
  readonly rule: string;
  readonly ok: boolean;
  /** What was counted: rows that break the rule (1,000 are at least so many), or the figure that the rule is about. */
  readonly found: number;
  readonly expected: number;
  /** A few of what breaks the rule; empty where it holds. */
  readonly examples: readonly string[];
}

/** Reads whether the database is as the product promises it to be. Changes nothing. */
export abstract class InvariantReader {
  /**
   * Every check, each in one snapshot, always in the same order. Its cost grows with what is open and waits, not with what has
   * ended. `tenantId` null: of all tenants.
   */
  abstract check(tenantId: string | null): Promise<InvariantFinding[]>;
}
