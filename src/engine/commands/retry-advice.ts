/** What the failed side says about trying again; the policy has the last word where it is silent. */
export interface RetryAdvice {
  /** Trying again is of no use. */
  readonly nonRetryable?: boolean;
  /** The wait that a peer asked for (`Retry-After`); the policy caps it. In ms. */
  readonly retryAfterMs?: number;
  /** The wait that a worker asks for; wins over the policy's curve. In ms. */
  readonly nextDelayMs?: number;
  /** Automatic attempts that are left; wins over the policy's number. */
  readonly retriesLeft?: number;
  /** The circuit that the attempt belongs to: endpoint host or task type. */
  readonly circuit?: string;
}
