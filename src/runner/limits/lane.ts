import { Line } from '../../application/session/line.js';

/** An attempt that wants to begin. */
export interface WaitingAttempt {
  /** What limits may stand on: its task type and its endpoint. */
  readonly keys: readonly string[];
  /** Which came first, over all lanes of a tenant. */
  readonly place: number;
  /** Called once: it may begin, and must `leave` this lane when it has ended; null: no limit stands on it any more. */
  readonly enter: (lane: Lane | null) => void;
  /** It does not wait any more: it has entered, or was cancelled. */
  hasLeft: boolean;
}

/** Attempts that need a permit of each of the same limits, in order, and the permits that this node holds for them. */
export class Lane {
  waiting = 0;
  /** Attempts that have entered and not left. */
  running = 0;
  /** Permits that no attempt uses. */
  spare = 0;
  /** Spare permits lie idle since; permits are held since. On the clock of `performance.now()`. */
  idleSince = 0;
  heldSince = 0;
  /** Before, there is probably nothing to be had; before, nothing must be asked for: a rate says so, or others' turn. */
  lookAt = 0;
  notBefore = 0;
  private line = new Line<WaitingAttempt>();

  constructor(readonly keys: readonly string[]) {}

  /** Permits that count as this node's. */
  get held(): number {
    return this.running + this.spare;
  }

  /** When to ask for more. */
  get askAt(): number {
    return Math.max(this.lookAt, this.notBefore);
  }

  get isEmpty(): boolean {
    return this.waiting === 0 && this.held === 0;
  }

  join(attempt: WaitingAttempt): void {
    this.line.push(attempt);
    this.waiting++;
  }

  /** The attempt stands in this lane, or stood there before it was moved. */
  cancel(attempt: WaitingAttempt): void {
    if (attempt.hasLeft) return;
    attempt.hasLeft = true;
    this.waiting--;
  }

  /** Lets in as many as there are spare permits for. */
  admit(): void {
    while (this.spare > 0 && this.waiting > 0) {
      const attempt = this.line.take();
      if (!attempt) return;
      if (attempt.hasLeft) continue;
      this.cancel(attempt);
      this.spare--;
      this.running++;
      attempt.enter(this);
    }
  }

  /** One has ended. @param keeps its permit stays here, for the next one */
  leave(keeps: boolean, now: number): void {
    this.running--;
    if (!keeps) return;
    this.spare++;
    this.idleSince = now;
  }

  granted(permits: number, now: number): void {
    if (permits > 0 && this.held === 0) this.heldSince = now;
    this.spare += permits;
    this.idleSince = now;
  }

  /** All that wait, in order; they wait here no more. */
  takeAll(): WaitingAttempt[] {
    const all: WaitingAttempt[] = [];
    for (let attempt = this.line.take(); attempt; attempt = this.line.take()) if (!attempt.hasLeft) all.push(attempt);
    this.waiting = 0;
    return all;
  }
}
