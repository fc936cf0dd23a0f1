/** Let attempts through again, in cohorts that double. */
export interface CloseCircuitRequest {
  /** As GetCircuitsQuery names it. */
  readonly circuit: string;
  /** Why, for the audit trail. */
  readonly comment?: string;
}

/** What attempts depend on, where it has failed lately: its state, and what it holds back. */
export interface GetCircuitsRequest {
  /** Also those that are closed and have seen failures within the last hour. */
  readonly includeClosed?: boolean;
}

/** Hold back automatic attempts that depend on an endpoint or a task type. */
export interface OpenCircuitRequest {
  /** `https://host:port` (the port where it is not the usual one) or `task:<type>`. */
  readonly circuit: string;
  /** Probed after this time, in ms; without it, held back until it is closed. */
  readonly forMs?: number;
  /** Why, for the audit trail. */
  readonly comment?: string;
}
