import { Injectable } from '@nestjs/common';
import { Clock, NodeIdentity } from '../application/ports/clock.js';
import { DueWork } from '../application/ports/due-work.js';
import { StorageUnavailable } from '../application/ports/instance-store.js';
import { TimerStore, type DueTimer } from '../application/ports/stores.js';
import { EngineSession } from '../application/session/engine-session.js';
import { AttemptPool } from './attempt-pool.js';
import { StartTimers } from './start-timers.js';

/** Rows claimed at once. */
const CLAIM = 500;
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
    private readonly session: EngineSession,
    private readonly attempts: AttemptPool,
    private readonly clock: Clock,
    private readonly node: NodeIdentity,
  ) {
    super();
  }

  start(): void {
    this.stopped = false;
    this.wake(this.clock.now());
  }

  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
    await this.turn;
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
    for (let fired = Infinity; fired > 0;) {
      fired = await this.fireDue(this.clock.now(), moved);
      total += fired;
      const leftMs = ATTEMPTS_MS - (performance.now() - begunAt);
      await this.attempts.whenEnded(moved, begunAt, leftMs);
    }
    return total;
  }

  /** One at a time, in order: what a poll has claimed is done when the next turn looks. */
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
      next = Math.min(next, (await this.timers.nextDueAt()) ?? Infinity);
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
    while ((await this.fireDue(now, new Set())) > 0);
  }

  /** One claim. `moved` is told the instances that went on. */
  private async fireDue(now: number, moved: Set<number>): Promise<number> {
    const due = await this.timers.claimDue(now, CLAIM, this.node.node, CLAIM_MS);
    const results = await Promise.allSettled(due.map((timer) => this.fire(timer, moved)));
    const failed = results.find((result) => result.status === 'rejected' && result.reason instanceof StorageUnavailable);
    if (failed?.status === 'rejected') throw failed.reason;
    return due.length + (await this.startTimers.fireDue(now, moved));
  }

  private async fire(timer: DueTimer, moved: Set<number>): Promise<void> {
    const { kind, elementInstanceId, timerNodeId } = timer;
    const result = await this.session.applyById(timer.instanceId, { type: 'fire-timer', kind, elementInstanceId, timerNodeId });
    if (result.kind === 'done') moved.add(timer.instanceId);
    else await this.timers.discard(timer);
  }
}
