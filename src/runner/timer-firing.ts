import { Injectable } from '@nestjs/common';
import { StorageUnavailable } from '../application/ports/instance-store.js';
import { TimerStore, type DueTimer } from '../application/ports/stores.js';
import { EngineSession } from '../application/session/engine-session.js';

/** Rows of an instance in one step: a step costs as much as the instance has tokens, however many of them it moves. */
const TOGETHER = 100;

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
  private readonly byInstance = new Map<number, Firing>();
  private unavailable: StorageUnavailable | null = null;

  constructor(
    private readonly timers: TimerStore,
    private readonly session: EngineSession,
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
    const refused: DueTimer[] = [];
    for (let first = 0; first < group.length; first += TOGETHER) {
      const timers = group.slice(first, first + TOGETHER);
      try {
        if (await this.fire(instanceId, timers)) moved.add(instanceId);
        else refused.push(...timers);
      } catch (error) {
        if (error instanceof StorageUnavailable) this.unavailable = error;
      }
    }
    await this.timers.discard(refused).catch(() => undefined);
  }

  private async fire(instanceId: number, due: readonly DueTimer[]): Promise<boolean> {
    const timers = due.map(({ kind, elementInstanceId, timerNodeId }) => ({ kind, elementInstanceId, timerNodeId }));
    const result = await this.session.applyById(instanceId, { type: 'fire-timers', timers });
    return result.kind === 'done';
  }
}
