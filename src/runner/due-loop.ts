import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { CircuitBreakers, CircuitStore } from '../application/ports/circuits.js';
import { Clock, NodeIdentity } from '../application/ports/clock.js';
import { DueWork } from '../application/ports/due-work.js';
import { TimerStore, type DueTimer } from '../application/ports/stores.js';
import { Telemetry } from '../application/ports/telemetry.js';
import { AttemptPool } from './attempt-pool.js';
import { CallCourier } from './call-courier.js';
import { StartTimers } from './start-timers.js';
import { TimerFiring } from './timer-firing.js';

/** Rows claimed at once. */
const CLAIM = 500;
/** Rows under way at once; past that a claim waits until some have ended. */
const UNDER_WAY = 2_000;
/** How long a claim waits for the rows of the one before: mostly they have ended by then, and slow ones hold up nobody else. In ms. */
const PACE_MS = 50;
/** For how long a claimed row is ours: longer than any step; after that another node may act on it, in ms. */
const CLAIM_MS = 30_000;
/** The truth where hints are lost: another node's rows, a moved system clock. In ms. */
const POLL_MS = 1_000;
/** How long a moved clock waits for the attempts that began by it, in ms. */
const ATTEMPTS_MS = 10_000;

/** Acts on timer rows as they fall due: woken in memory at the right moment, and by polling. */
@Injectable()
export class DueLoop extends DueWork {
  private timer: NodeJS.Timeout | null = null;
  private wakeAt = Infinity;
  private turn: Promise<unknown> = Promise.resolve();
  private polling = false;
  private again = false;
  private stopped = true;

  constructor(
    private readonly timers: TimerStore,
    private readonly startTimers: StartTimers,
    private readonly firing: TimerFiring,
    private readonly calls: CallCourier,
    private readonly attempts: AttemptPool,
    private readonly clock: Clock,
    private readonly node: NodeIdentity,
    private readonly circuits: CircuitStore,
    private readonly breakers: CircuitBreakers,
    private readonly telemetry: Telemetry,
  ) {
    super();
  }

  /** Whether this process acts on timers. */
  get isRunning(): boolean {
    return !this.stopped;
  }

  start(): void {
    this.stopped = false;
    this.wake(this.clock.now());
  }

  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
    await this.turn;
    await this.firing.allEnded().catch(() => undefined);
    await this.calls.allEnded();
  }

  /** A row falls due at this instant: be awake then. */
  wake(dueAt: number): void {
    if (this.stopped || dueAt >= this.wakeAt) return;
    this.wakeAt = dueAt;
    if (this.timer) clearTimeout(this.timer);
    const delay = Math.min(Math.max(0, dueAt - this.clock.now()), POLL_MS);
    this.timer = setTimeout(() => void this.poll(), delay);
  }

  runAllDue(): Promise<number> {
    const fired = this.takeTurn(() => this.fireAllWithAttempts());
    // The instant to be awake at was read from the clock before it was moved.
    this.wakeAt = Infinity;
    this.wake(this.clock.now());
    return fired;
  }

  private async fireAllWithAttempts(): Promise<number> {
    const begunAt = performance.now();
    const moved = new Set<number>();
    let total = 0;
    await this.firing.allEnded().catch(() => undefined); // What the last poll found is its own matter.
    for (let fired = Infinity; fired > 0;) {
      fired = await this.claim(this.clock.now(), moved);
      await this.firing.allEnded();
      await this.calls.allEnded();
      total += fired;
      const leftMs = ATTEMPTS_MS - (performance.now() - begunAt);
      await this.attempts.whenEnded(moved, begunAt, leftMs);
    }
    return total;
  }

  /** One at a time, in order: claims do not overlap; what they began may. */
  private takeTurn<T>(deed: () => Promise<T>): Promise<T> {
    const result = this.turn.then(deed);
    this.turn = result.catch(() => undefined);
    return result;
  }

  private async poll(): Promise<void> {
    this.wakeAt = Infinity;
    if (this.polling) {
      this.again = true;
      return;
    }
    this.polling = true;
    let next = this.clock.now() + POLL_MS;
    try {
      await this.takeTurn(() => this.fireAll(this.clock.now()));
      next = Math.min(next, (await this.timers.nextDueAt(this.firing.passOver())) ?? Infinity);
    } catch {
      // The database is away: the next poll finds what is due then.
    }
    this.polling = false;
    if (this.again) next = this.clock.now();
    this.again = false;
    this.wake(next);
  }

  /** All that is due at `now`; what becomes due meanwhile is the next poll's, so that a moved clock finds it untouched. */
  private async fireAll(now: number): Promise<void> {
    const moved = new Set<number>();
    while ((await this.claim(now, moved)) > 0) {
      await Promise.race([this.firing.allEnded(), pause(PACE_MS)]);
      while (this.firing.rows > UNDER_WAY - CLAIM) await this.firing.anyEnded();
    }
  }

  /** Its circuit is not closed: the row waits for the breaker, with its time as it is. */
  private isHeld({ kind, tenantId, circuit, probe }: DueTimer): boolean {
    if (kind !== 'retry' || circuit === null || probe || !this.breakers.isHolding) return false;
    return !this.breakers.admits(tenantId, circuit);
  }

  /** What cannot be held goes back into the line, and is held when it is claimed again. */
  private async hold(held: readonly DueTimer[]): Promise<void> {
    if (held.length === 0) return;
    try {
      await this.circuits.hold(held);
      this.telemetry.held(held.length);
    } catch (error) {
      this.firing.leave(held);
      throw error;
    }
  }

  /** One claim, whose rows are under way when it resolves. `moved` is told the instances that went on. */
  private async claim(now: number, moved: Set<number>): Promise<number> {
    await this.firing.giveBack(this.node.node);
    const due = await this.timers.claimDue(now, CLAIM, this.node.node, CLAIM_MS, this.firing.passOver());
    const held = due.filter((timer) => this.isHeld(timer));
    const fired = held.length === 0 ? due : due.filter((timer) => !held.includes(timer));
    this.firing.begin(fired, moved, () => this.wake(this.clock.now()));
    await this.hold(held);
    return due.length + (await this.startTimers.fireDue(now, moved)) + (await this.calls.begin(moved));
  }
}
