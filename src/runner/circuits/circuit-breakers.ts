import { Injectable, Logger } from '@nestjs/common';
import { circuitEntries } from '../../application/circuits/circuit-audit.js';
import { countOutcomes, freshCircuit, type Circuit, type CircuitSettings } from '../../application/circuits/circuit.js';
import { Wakeups } from '../../application/ports/attempts.js';
import { CircuitBreakers, CircuitStore, type CircuitKey } from '../../application/ports/circuits.js';
import { Clock } from '../../application/ports/clock.js';
import { InstanceStore } from '../../application/ports/instance-store.js';
import type { AuditEntry } from '../../contract/audit-entry.js';

/** Outcomes that this process has counted and not yet told the others. */
interface Uncounted {
  readonly key: CircuitKey;
  calls: number;
  failures: number;
  /** Of this process since it began to count, told or not. */
  seen: number;
  seenFailures: number;
  /** On the clock of `performance.now()`. */
  startedAt: number;
}

/** Between looks at what other nodes have opened and closed, and between words to them, in ms. */
const LOOK_MS = 1_000;
/** Between words to them while a circuit lets cohorts through: the next waits for their outcomes. In ms. */
const COHORT_WORD_MS = 100;

/**
 * What holds attempts back, as this process knows it: its own counts at once, those of others within a second. A circuit
 * without failures costs a look at two empty maps.
 */
@Injectable()
export class SharedCircuitBreakers extends CircuitBreakers {
  private readonly logger = new Logger('Circuits');
  private holding = new Set<string>();
  private readonly counting = new Map<string, Uncounted>();
  private timer: NodeJS.Timeout | null = null;
  private turn: Promise<void> = Promise.resolve();
  private stopped = true;

  constructor(
    private readonly store: CircuitStore,
    private readonly ids: InstanceStore,
    private readonly clock: Clock,
    private readonly wakeups: Wakeups,
    readonly settings: CircuitSettings,
    /** False: nothing opens by itself. */
    private readonly isAutomatic: boolean,
  ) {
    super();
  }

  get isHolding(): boolean {
    return this.holding.size > 0;
  }

  get isCounting(): boolean {
    return this.counting.size > 0 || this.holding.size > 0;
  }

  admits(tenantId: string, circuit: string): boolean {
    return !this.holding.has(nameOf({ tenantId, circuit }));
  }

  record(tenantId: string, circuit: string, isFault: boolean): void {
    const { settings } = this;
    if (this.stopped || (!this.isAutomatic && !this.isHolding)) return;
    const name = nameOf({ tenantId, circuit });
    const counted = this.counting.get(name) ?? (isFault || this.holding.has(name) ? this.count({ tenantId, circuit }) : null);
    if (!counted) return;
    counted.calls++;
    counted.seen++;
    if (isFault) {
      counted.failures++;
      counted.seenFailures++;
    }
    const isEnough = counted.seen >= settings.leastCalls && counted.seenFailures / counted.seen >= settings.failureShare;
    // Enough to open it by this process's own counts: not a moment later than need be.
    if (isEnough && !this.holding.has(name)) void this.tell();
    else this.schedule(this.holding.has(name) ? COHORT_WORD_MS : LOOK_MS);
  }

  start(): void {
    this.stopped = false;
    void this.tell();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
    await this.turn;
  }

  /** What the keeper or a command has made of a circuit is known here at once. */
  learn(key: CircuitKey, { state }: Circuit): void {
    const name = nameOf(key);
    if (this.holding.has(name) === (state !== 'closed')) return;
    if (state === 'closed') this.holding.delete(name);
    else this.holding.add(name);
    this.wakeups.circuitChanged();
  }

  /** Another node says that a circuit has opened or closed. */
  look(): void {
    if (!this.stopped) void this.tell();
  }

  private count(key: CircuitKey): Uncounted {
    const counted = { key, calls: 0, failures: 0, seen: 0, seenFailures: 0, startedAt: performance.now() };
    this.counting.set(nameOf(key), counted);
    return counted;
  }

  private schedule(delayMs: number): void {
    if (this.stopped || (this.timer !== null && delayMs >= LOOK_MS)) return;
    if (this.timer) clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.tell(), delayMs);
  }

  /** One turn at a time; what comes meanwhile goes with the next. */
  private tell(): Promise<void> {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    this.turn = this.turn
      .then(() => this.tellAndLook())
      .catch(() => undefined) // The database is away: counts stay, and go with the next turn.
      .finally(() => this.schedule(LOOK_MS));
    return this.turn;
  }

  private async tellAndLook(): Promise<void> {
    for (const [name, counted] of [...this.counting]) {
      if (counted.calls > 0) await this.tellOne(counted);
      // The next failure begins anew.
      if (performance.now() - counted.startedAt > this.settings.windowMs) this.counting.delete(name);
    }
    this.holding = new Set((await this.store.notClosed()).map(nameOf));
  }

  private async tellOne(counted: Uncounted): Promise<void> {
    const { settings } = this;
    const { key, calls, failures } = counted;
    const outcomes = { calls, failures };
    let hasChanged = false;
    const after = await this.store.change(
      key,
      (circuit, now) => countOutcomes(circuit ?? freshCircuit(now, settings), outcomes, now, settings, Math.random()),
      (before, changed) => {
        const entries = circuitEntries(key, before, changed, () => this.entryBase());
        hasChanged = entries.length > 0;
        return entries;
      },
    );
    counted.calls -= calls;
    counted.failures -= failures;
    this.learn(key, after);
    if (!hasChanged) return;
    this.wakeups.auditWritten();
    this.logger.warn({ tenantId: key.tenantId, circuit: key.circuit, reason: after.reason }, `Circuit is ${after.state}`);
    Object.assign(counted, { seen: 0, seenFailures: 0, startedAt: performance.now() });
  }

  private entryBase(): Pick<AuditEntry, 'id' | 'at'> {
    return { id: this.ids.nextId(), at: new Date(this.clock.now()).toISOString() };
  }
}

function nameOf({ tenantId, circuit }: CircuitKey): string {
  return `${tenantId}\n${circuit}`;
}
