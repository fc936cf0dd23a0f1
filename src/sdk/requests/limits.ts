/** The limits of the tenant, with what uses them and waits for them now. */
export interface GetLimitsRequest {
  /** Only this one: `task:<type>` or `https://host:port`. */
  readonly key?: string;
}

/** Take a limit away: what waits for it goes on. */
export interface RemoveLimitRequest {
  /** `task:<type>` or `https://host:port`, as the list shows it. */
  readonly key: string;
  /** Why, for the audit trail. */
  readonly comment?: string;
}

/** Limit how many attempts of a task type, or to an endpoint, run at once or begin in a second. */
export interface SetLimitRequest {
  /** `task:<type>` or `https://host:port` (the port where it is not the usual one). */
  readonly key: string;
  /** Attempts at once, over all servers. */
  readonly maxConcurrent?: number;
  /** Attempts that begin in a second, over all servers; 0.1 is one in ten seconds. */
  readonly ratePerSecond?: number;
  /** Why, for the audit trail and the list. */
  readonly comment?: string;
}
