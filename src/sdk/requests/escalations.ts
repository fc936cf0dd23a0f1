/** Say when the tenant is told of groups of failures that nobody looks after. */
export interface SetEscalationRuleRequest {
  /** When the oldest open failure of a group is older than this, in ms. */
  readonly olderThanMs: number;
  /** When the group has so many open failures; 1 without it. */
  readonly minCount?: number;
  /** Not again before, in ms; a day without it. */
  readonly repeatEveryMs?: number;
  /** Why, for the audit trail and the list. */
  readonly comment?: string;
}

/** Tell of neglected groups of failures no more. */
export interface RemoveEscalationRuleRequest {
  /** Why, for the audit trail. */
  readonly comment?: string;
}

/** When the tenant is told of groups of failures that nobody looks after. */
export type GetEscalationRulesRequest = Readonly<Record<string, never>>;
