import { Injectable } from '@nestjs/common';
import { Clock, NodeIdentity } from '../application/ports/clock.js';
import { DueWork } from '../application/ports/due-work.js';
import { StorageUnavailable } from '../application/ports/instance-store.js';
import { TimerStore, type DueTimer } from '../application/ports/stores.js';
import { EngineSession } from '../application/session/engine-session.js';
import { StartTimers } from './start-timers.js';

/** Rows claimed at once. */
const CLAIM = 500;
/** For how long a claimed row is ours: longer than any step; after that another node may act on it, in ms. */
const CLAIM_MS = 30_000;
/** The truth where hints are lost: another node's rows, a moved system clock. In ms. */
const POLL_MS = 1_000;

/** Acts on timer rows as they fall due: woken in memory at the right moment, and by polling. */
@Injectable()
export class DueLoop extends DueWork {
  private timer: NodeJS.Timeout | null = null;
  private wakeAt = Infinity;
  private turn: Promise<number> | null = null;
  private again = false;
  private stopped = true;

  constructor(
    private readonly timers: TimerStore,
    private readonly startTimers: StartTimers,
    private readonly session: EngineSession,
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
    await this.turn?.catch(() => 0);
  }

  /** A row falls due at this instant: be awake then. */
  wake(dueAt: number): void {
    if (this.stopped || dueAt >= this.wakeAt) return;
    this.wakeAt = dueAt;
    if (this.timer) clearTimeout(this.timer);
    const delay = Math.min(Math.max(0, dueAt - this.clock.now()), POLL_MS);
    this.timer = setTimeout(() => void this.poll(), delay);
  }

  async runAllDue(): Promise<number> {
    let total = 0;
    for (let fired = await this.fireDue(); fired > 0; fired = await this.fireDue()) total += fired;
    return total;
  }

  private async poll(): Promise<void> {
    this.wakeAt = Infinity;
    if (this.turn) {
      this.again = true;
      return;
    }
    let next = this.clock.now() + POLL_MS;
    try {
      this.turn = this.runAllDue();
      await this.turn;
      next = Math.min(next, (await this.timers.nextDueAt()) ?? Infinity);
    } catch {
      // The database is away: the next poll finds what is due then.
    }
    this.turn = null;
    if (this.again) next = this.clock.now();
    this.again = false;
    this.wake(next);
  }

  private async fireDue(): Promise<number> {
    const now = this.clock.now();
    const due = await this.timers.claimDue(now, CLAIM, this.node.node, CLAIM_MS);
    const results = await Promise.allSettled(due.map((timer) => this.fire(timer)));
    const failed = results.find((result) => result.status === 'rejected' && result.reason instanceof StorageUnavailable);
    if (failed?.status === 'rejected') throw failed.reason;
    return due.length + (await this.startTimers.fireDue(now));
  }

  private async fire(timer: DueTimer): Promise<void> {
    const { kind, elementInstanceId, timerNodeId } = timer;
    const result = await this.session.applyById(timer.instanceId, { type: 'fire-timer', kind, elementInstanceId, timerNodeId });
    if (result.kind !== 'done') await this.timers.discard(timer);
  }
}
