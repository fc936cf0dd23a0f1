import { Injectable } from '@nestjs/common';
import { BufferedMessages } from '../application/messages/buffered-messages.js';
import { AttemptRunner } from '../application/ports/attempts.js';
import { Clock, NodeIdentity } from '../application/ports/clock.js';
import type { InstanceKey } from '../application/ports/instance-store.js';
import { NodeRegistry, TimerStore } from '../application/ports/stores.js';
import { EngineSession } from '../application/session/engine-session.js';
import { unstartedAttempts } from '../application/session/unstarted-attempts.js';
import { RepeatedLook } from './repeated-look.js';

/** A node whose heartbeat is older is dead, in ms. */
const LEASE_MS = 5_000;
/** Between looks for dead nodes, in ms. */
const LOOK_MS = 1_000;
/** Instances taken over at once. */
const BATCH = 500;

/**
 * Takes over what dead processes ran. Condition, not list: each instance is stepped with `lose-attempts`, whose version
 * fences the dead process should it wake. Also starts attempts of our own that a lost answer of the database left unstarted,
 * and delivers messages that were left in between.
 */
@Injectable()
export class LostAttemptRescuer {
  private readonly inDoubt = new Map<string, InstanceKey>();
  private readonly looks = new RepeatedLook(() => this.look(), LOOK_MS);
  private takesOver = false;

  constructor(
    private readonly nodes: NodeRegistry,
    private readonly session: EngineSession,
    private readonly messages: BufferedMessages,
    private readonly attempts: AttemptRunner,
    private readonly node: NodeIdentity,
    private readonly timers: TimerStore,
    private readonly clock: Clock,
  ) {}

  /** @param takesOver false: only this process's own doubts are resolved */
  start(takesOver: boolean): void {
    this.takesOver = takesOver;
    this.looks.start(0);
  }

  stop(): Promise<void> {
    return this.looks.stop();
  }

  doubt(instance: InstanceKey): void {
    this.inDoubt.set(`${instance.tenantId}/${instance.guid}`, instance);
  }

  private async look(): Promise<void> {
    await this.resolveDoubts();
    await this.messages.deliverMissed();
    if (!this.takesOver) return;
    for (const dead of await this.nodes.declareDead(LEASE_MS)) {
      if (dead === this.node.node) continue;
      this.messages.doubt();
      await this.timers.releaseAllOf(dead, this.clock.now());
      await this.takeOver(dead);
    }
  }

  private async takeOver(dead: number): Promise<void> {
    for (;;) {
      const owned = await this.nodes.findOwned(dead, BATCH);
      const command = { type: 'lose-attempts', lostNode: dead, drained: false } as const;
      const results = await Promise.all(owned.map((id) => this.session.applyById(id, command)));
      // Instances with several owners stay in the list though nothing of theirs was lost: no progress means done.
      if (!results.some((result) => result.kind === 'done')) break;
    }
    await this.nodes.forget(dead);
  }

  private async resolveDoubts(): Promise<void> {
    for (const [key, target] of [...this.inDoubt]) {
      const instance = await this.session.read(target);
      this.inDoubt.delete(key);
      if (!instance) continue;
      for (const { effect, name } of unstartedAttempts(instance, this.node.node)) {
        if (!this.attempts.isRunning(instance.header.id, effect.elementInstanceId, effect.attempt))
          this.attempts.execute(instance.header, effect, name);
      }
    }
  }
}
