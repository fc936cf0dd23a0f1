import { Injectable, Logger } from '@nestjs/common';
import { StorageUnavailable } from '../application/ports/instance-store.js';
import { CircuitBreakers } from '../application/ports/circuits.js';
import { TimerStore, type DueTimer } from '../application/ports/stores.js';
import { EngineSession } from '../application/session/engine-session.js';
import type { TimerKey } from '../engine/index.js';
import { reportUnbegun, type LetThrough } from './circuits/let-through.js';

/** Rows of an instance in one step: a step costs as much as the instance has tokens, however many of them it moves. */
const TOGETHER = 100;

/**
 * `stale`: nothing waits for them. `early`: by the state not due yet, as where it was scheduled anew or the clock was set back.
 * `failed`: the step could not be made. `unavailable`: the database is away.
 */
type FiringEnd = 'fired' | 'stale' | 'early' | 'failed' | 'unavailable';

/** How the rows of one instance went. */
interface Firing {
  readonly rows: number;
  readonly ended: Promise<void>;
  /** A claim has passed the instance over meanwhile: it may have more rows that are due. */
  passedOver: boolean;
}

/** The rows that are being acted on: of each instance in order, of different instances at the same time. */
@Injectable()
export class TimerFiring {
  private readonly logger = new Logger('Timers');
  private readonly byInstance = new Map<number, Firing>();
  private unavailable: StorageUnavailable | null = null;
  /** Claimed rows that the database was not there for. */
  private left: DueTimer[] = [];

  constructor(
    private readonly timers: TimerStore,
    private readonly session: EngineSession,
    private readonly breakers: CircuitBreakers,
  ) {}

  /** Rows that were begun and have not ended. */
  get rows(): number {
    let rows = 0;
    for (const firing of this.byInstance.values()) rows += firing.rows;
    return rows;
  }

  /** Instances for a claim to pass over: their own rows come first. */
  passOver(): number[] {
    for (const firing of this.byInstance.values()) firing.passedOver = true;
    return [...this.byInstance.keys()];
  }

  /**
   * Begins to act on claimed rows, none of them of an instance that is under way.
   * @param moved told each instance that went on
   * @param again called when an instance has ended that a claim passed over
   */
  begin(due: readonly DueTimer[], moved: Set<number>, again: () => void): void {
    const groups = new Map<number, DueTimer[]>();
    for (const timer of due) {
      const group = groups.get(timer.instanceId);
      if (group) group.push(timer);
      else groups.set(timer.instanceId, [timer]);
    }
    for (const [id, group] of groups) {
      const ended = this.fireAll(id, group, moved).finally(() => {
        const { passedOver } = this.byInstance.get(id) ?? { passedOver: false };
        this.byInstance.delete(id);
        if (passedOver) again();
      });
      this.byInstance.set(id, { rows: group.length, ended, passedOver: false });
    }
  }

  /** Claimed rows that are not acted on: given back with the others. */
  leave(timers: readonly DueTimer[]): void {
    this.left.push(...timers);
  }

  /** What the database was not there for goes back into the line, instead of waiting until its claim has run out. */
  async giveBack(node: number): Promise<void> {
    if (this.left.length === 0) return;
    const { left } = this;
    this.left = [];
    try {
      await this.timers.release(left, node);
    } catch (error) {
      this.left.push(...left);
      throw error;
    }
  }

  /** Resolves when any instance has ended; at once when none is under way. */
  async anyEnded(): Promise<void> {
    if (this.byInstance.size > 0) await Promise.race([...this.byInstance.values()].map(({ ended }) => ended));
  }

  /**
   * Resolves when all have ended that are under way now.
   * @throws StorageUnavailable when the database was away since this was asked last
   */
  async allEnded(): Promise<void> {
    await Promise.all([...this.byInstance.values()].map(({ ended }) => ended));
    const error = this.unavailable;
    this.unavailable = null;
    if (error) throw error;
  }

  /** Never rejects: a row that could not be acted on is claimed again when its claim has run out. */
  private async fireAll(instanceId: number, group: readonly DueTimer[], moved: Set<number>): Promise<void> {
    const stale: DueTimer[] = [];
    for (let first = 0; first < group.length; first += TOGETHER) {
      const timers = group.slice(first, first + TOGETHER);
      for (const [batch, end] of await this.fire(instanceId, timers)) {
        if (end === 'fired') moved.add(instanceId);
        else if (end === 'stale') stale.push(...batch);
        else if (end === 'unavailable') this.left.push(...batch);
        // What fired was told of then; what is left is still let through.
        if (end !== 'fired' && end !== 'unavailable') reportUnbegun(this.breakers, batch.filter(isProbe), null);
      }
    }
    await this.timers.discard(stale).catch(() => undefined);
  }

  /** Together; each on its own where they cannot be: one must not keep the others from firing. */
  private async fire(instanceId: number, due: readonly DueTimer[]): Promise<[readonly DueTimer[], FiringEnd][]> {
    const end = await this.tryToFire(instanceId, due);
    if ((end !== 'failed' && end !== 'early') || due.length === 1) return [[due, end]];
    const ends: [readonly DueTimer[], FiringEnd][] = [];
    for (const timer of due) ends.push([[timer], await this.tryToFire(instanceId, [timer])]);
    return ends;
  }

  private async tryToFire(instanceId: number, due: readonly DueTimer[]): Promise<FiringEnd> {
    const timers = due.map(toKey);
    try {
      const result = await this.session.applyById(instanceId, { type: 'fire-timers', timers, failure: null });
      if (result.kind === 'done') {
        reportUnbegun(this.breakers, due.filter(isProbe), result);
        return 'fired';
      }
      if (result.kind === 'not-found' || result.rejected.code === 'NOTHING_DUE') return 'stale';
      if (result.rejected.code === 'NOT_YET_DUE') return 'early';
      this.report(instanceId, due, result.rejected.message);
    } catch (error) {
      if (error instanceof StorageUnavailable) {
        this.unavailable = error;
        return 'unavailable';
      }
      this.report(instanceId, due, String(error));
    }
    return 'failed';
  }

  private report(instanceId: number, due: readonly DueTimer[], error: string): void {
    if (due.length > 1) return; // Each is tried on its own.
    const [timer] = due;
    this.logger.error(
      { instanceId, elementInstanceId: timer?.elementInstanceId, kind: timer?.kind, error },
      'A timer could not fire',
    );
  }
}

/** Its circuit has let it through. */
function isProbe(timer: DueTimer): timer is DueTimer & LetThrough {
  return timer.probe === true && timer.circuit !== null;
}

function toKey({ kind, elementInstanceId, timerNodeId, probe }: DueTimer): TimerKey {
  return { kind, elementInstanceId, timerNodeId, ...(probe && { probe }) };
}
