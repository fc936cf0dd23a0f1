import type { JsonObject } from '../json.js';

/** Move this server process's clock and do all that is due then (only with REPRISE_TEST_CLOCK=true). Other nodes keep theirs: use it with one node. */
export interface AdvanceClockRequest {
  /** ISO 8601 duration. */
  readonly by?: string;
  /** ISO 8601 instant, not before now. */
  readonly to?: string;
}

/** Bring a signal to all that wait for it (not available yet). */
export interface BroadcastSignalRequest {
  /** The signal's name. */
  readonly name: string;
  /** Merged into the variables of who receives it. */
  readonly variables?: JsonObject;
}

/** Bring a message to all that wait for it, start what it starts, and keep it for its time to live. */
export interface PublishMessageRequest {
  /** The message's name. */
  readonly name: string;
  /** What the waiting task must be correlated by; empty for messages that only start processes. */
  readonly correlationKey?: string;
  /** Merged into the variables of who receives it. */
  readonly variables?: JsonObject;
  /** How long it is kept for somebody who comes to wait later, in ms. 0: not at all. */
  readonly timeToLiveMs?: number;
}
