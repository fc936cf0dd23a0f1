/** The application's time. Moved only where the server runs with a test clock. */
export abstract class Clock {
  /** Epoch ms. */
  abstract now(): number;
  /** True where the server runs with `REPRISE_TEST_CLOCK=true`. */
  abstract readonly isMovable: boolean;
  /** The next milliseconds from now on count as passed. */
  abstract advance(ms: number): void;
}

/** This server process, among those on the same database. */
export abstract class NodeIdentity {
  abstract readonly node: number;
}
