import { Injectable, Logger } from '@nestjs/common';
import { circuitEntries } from '../application/circuits/circuit-audit.js';
import { beginCohort, closeCircuit, nextCohort, shrinkCohort, type Circuit } from '../application/circuits/circuit.js';
import { Wakeups } from '../application/ports/attempts.js';
import { CircuitStore, type CircuitKey, type ParkedIncident } from '../application/ports/circuits.js';
import { Clock, NodeIdentity } from '../application/ports/clock.js';
import { InstanceStore } from '../application/ports/instance-store.js';
import { EngineSession } from '../application/session/engine-session.js';
import { SharedCircuitBreakers } from './circuits/circuit-breakers.js';
import { reportUnbegun } from './circuits/let-through.js';
import { DueLoop } from './due-loop.js';
import { RepeatedLook } from './repeated-look.js';

/** Between looks at what is not closed, in ms. */
const LOOK_MS = 250;
/** A keeper that is not heard of for so long is replaced, in ms. */
const LEASE_MS = 5_000;
/** Circuits that have been closed for so long are forgotten, in ms. */
const FORGET_MS = 3_600_000;
/** Between looks for those, in looks. */
const FORGET_EVERY = 1_000;
/** Between looks for what waits though its circuit is closed, in looks. */
const RELEASE_EVERY = 4;
/** Of those, let through at once for one circuit. */
const RELEASED_AT_ONCE = 100;
const NOBODY_WAITS = 'nobody waits for it; the next attempts will tell';

/**
 * Lets through again what circuits hold back: canaries, then cohorts that double, the oldest first, until nobody waits. One
 * node at a time keeps a circuit; another goes on where it was left should that node die.
 */
@Injectable()
export class BreakerKeeper {
  private readonly logger = new Logger('Circuits');
  private readonly looks = new RepeatedLook(() => this.look(), LOOK_MS);
  private looked = 0;

  constructor(
    private readonly store: CircuitStore,
    private readonly breakers: SharedCircuitBreakers,
    private readonly session: EngineSession,
    private readonly due: DueLoop,
    private readonly ids: InstanceStore,
    private readonly clock: Clock,
    private readonly node: NodeIdentity,
    private readonly wakeups: Wakeups,
  ) {}

  start(): void {
    this.looks.start();
  }

  stop(): Promise<void> {
    return this.looks.stop();
  }

  private async look(): Promise<void> {
    for (const { status, now, ...key } of await this.store.keep(this.node.node, LEASE_MS)) {
      const size = nextCohort(status, now);
      if (size === 0) continue;
      // Retries that fall due later are held then: they are the canaries.
      const waits = status.state === 'open' ? await this.store.whoWaits(key) : 'now';
      if (waits === 'now') await this.letThrough(key, size);
      else if (waits === 'nobody') await this.tryOut(key);
    }
    if (this.looked % RELEASE_EVERY === 0) await this.releaseInVain();
    if (this.looked % FORGET_EVERY === 0) await this.store.forgetClosed(FORGET_MS);
    this.looked++;
  }

  /**
   * A node knows up to a second later that a circuit has closed, a row may be another transaction's while the last ones are let
   * through, and paused instances were passed over: nobody else would ever look at what waits then. What is paused is kept for
   * the resume.
   */
  private async releaseInVain(): Promise<void> {
    for (const key of await this.store.heldInVain())
      if ((await this.store.releaseHeld(key, RELEASED_AT_ONCE, true)) > 0) this.due.wake(this.clock.now());
    const parked = await this.store.parkedInVain(RELEASED_AT_ONCE);
    await Promise.all(parked.map((incident) => this.releaseParked(incident, incident)));
  }

  /** Nobody is there to be a canary: whoever comes next is. */
  private async tryOut(key: CircuitKey): Promise<void> {
    await this.change(key, (circuit, now) =>
      nextCohort(circuit, now) === 0 ? circuit : closeCircuit(circuit, NOBODY_WAITS, now, true),
    );
  }

  /** Noted first, then let through: a keeper that dies in between has let through fewer than it said, which time settles. */
  private async letThrough(key: CircuitKey, size: number): Promise<void> {
    let hasWorked = false;
    const begun = await this.change(key, (circuit, now) => {
      hasWorked = circuit.cohort !== null && circuit.cohort.calls > 0;
      return nextCohort(circuit, now) === 0 ? circuit : beginCohort(circuit, size, now);
    });
    if (begun.state !== 'half-open') return;
    const released = await this.release(key, size);
    if (released === size) return;
    await this.change(key, (circuit, now) => {
      if (released > 0 || circuit.state !== 'half-open') return shrinkCohort(circuit, size - released);
      const reason = hasWorked ? 'it works, and nobody waits for it any more' : NOBODY_WAITS;
      return closeCircuit(circuit, reason, now, !hasWorked);
    });
  }

  /** Held attempts first, then incidents that were parked for it; the oldest of each first. */
  private async release(key: CircuitKey, size: number): Promise<number> {
    const held = await this.store.releaseHeld(key, size);
    if (held > 0) this.due.wake(this.clock.now());
    if (held === size) return held;
    const parked = await this.store.parked(key, size - held);
    const released = await Promise.all(parked.map((incident) => this.releaseParked(key, incident)));
    return held + released.filter((isReleased) => isReleased).length;
  }

  /** Whether it goes on. One whose step cannot be made keeps no other waiting. */
  private async releaseParked(
    { tenantId, circuit }: CircuitKey,
    { instanceId, elementInstanceId }: ParkedIncident,
  ): Promise<boolean> {
    const command = { type: 'release-parked', elementInstanceId, circuit } as const;
    const result = await this.session.applyById(instanceId, command).catch(() => null);
    if (result?.kind !== 'done') return false;
    reportUnbegun(this.breakers, [{ tenantId, circuit, elementInstanceId }], result);
    return true;
  }

  private async change(key: CircuitKey, decide: (circuit: Circuit, now: number) => Circuit): Promise<Circuit> {
    let isAudited = false;
    const after = await this.store.change(
      key,
      (circuit, now) => {
        if (circuit === null) throw new Error(`Expected circuit '${key.circuit}' to be known, but it is not`);
        return decide(circuit, now);
      },
      (before, changed) => {
        const entries = circuitEntries(key, before, changed, () => ({
          id: this.ids.nextId(),
          at: new Date(this.clock.now()).toISOString(),
        }));
        isAudited = entries.length > 0;
        return entries;
      },
    );
    this.breakers.learn(key, after);
    if (isAudited) {
      this.wakeups.auditWritten();
      this.logger.log({ tenantId: key.tenantId, circuit: key.circuit, reason: after.reason }, `Circuit is ${after.state}`);
    }
    return after;
  }
}
