import { findJsonProblem } from '../contract/json-rules.js';
import type { JsonValue } from '../engine/index.js';

/** At most so often what a heartbeat says is stored, in ms: it is a step of the instance. */
const LEAST_MS = 1_000;
const MOST_MS = 60_000;
/** It is kept in the instance's state, which every step writes. */
const MOST_BYTES = 65_536;

/** Stores what a running attempt says about its progress, no oftener than it must be: of several, the last. */
export class AttemptHeartbeat {
  private unsaid: { readonly details: JsonValue } | null = null;
  private saidAt = -Infinity;
  private saying: Promise<void> = Promise.resolve();

  /**
   * @param say stores it; never rejects
   * @param timeoutMs the model's heartbeat time-out; null: none
   */
  constructor(
    private readonly say: (details: JsonValue) => Promise<void>,
    timeoutMs: number | null,
  ) {
    this.everyMs = timeoutMs === null ? LEAST_MS : Math.min(Math.max(timeoutMs * 0.8, LEAST_MS), MOST_MS);
  }

  private readonly everyMs: number;

  /** Said now where the last time is long enough ago, else with the next one, or when the attempt ends. */
  beat(details: JsonValue): void {
    this.unsaid = { details };
    if (performance.now() - this.saidAt >= this.everyMs) void this.flush();
  }

  /** Resolves when the last word is stored. */
  flush(): Promise<void> {
    this.saying = this.saying.then(async () => {
      const { unsaid } = this;
      if (unsaid === null) return;
      this.unsaid = null;
      this.saidAt = performance.now();
      if (isStorable(unsaid.details)) await this.say(unsaid.details);
    });
    return this.saying;
  }
}

/** It comes from code that is not ours: what cannot be stored, or is too much, is not worth the attempt. */
function isStorable(details: JsonValue): boolean {
  try {
    return findJsonProblem(details) === null && Buffer.byteLength(JSON.stringify(details)) <= MOST_BYTES;
  } catch {
    return false;
  }
}
