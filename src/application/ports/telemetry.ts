/** What the application counts. Implemented with Prometheus by the API. */
export abstract class Telemetry {
  abstract batch(size: number, durationMs: number): void;
  abstract attempt(connector: string, outcome: string, durationMs: number): void;
  abstract conflict(): void;
  /** So many attempts were held back by their circuits. */
  abstract held(attempts: number): void;
  /** An automatic decision about a failure, by the name it has in the audit trail. */
  abstract decision(action: string): void;
}
