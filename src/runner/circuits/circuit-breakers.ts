import { Injectable, Logger } from '@nestjs/common';
import { circuitEntries } from '../../application/circuits/circuit-audit.js';
import { countOutcomes, freshCircuit, type Circuit, type CircuitSettings } from '../../application/circuits/circuit.js';
import { Wakeups } from '../../application/ports/attempts.js';
import { CircuitBreakers, CircuitStore, type CircuitKey } from '../../application/ports/circuits.js';
import { Clock } from '../../application/ports/clock.js';
import { InstanceStore, StepConflict, StorageUnavailable } from '../../application/ports/instance-store.js';
import type { AuditEntry } from '../../contract/audit-entry.js';

/** Outcomes that this process has counted and not yet told the others. */
interface Uncounted {
  readonly key: CircuitKey;
  calls: number;
  failures: number;
  strays: number;
  /** Of this process since it began to count, or since they were enough: told or not. */
  seen: number;
  seenFailures: number;
  /** On the clock of `performance.now()`. */
  startedAt: number;
}

/** Between looks at what other nodes have opened and closed, and between words to them, in ms. */
const LOOK_MS = 1_000;
/** Between words to them while a circuit lets cohorts through: the next waits for their outcomes. In ms. */
const COHORT_WORD_MS = 100;
/** Of a circuit's name, in the log, in characters. */
const LOGGED = 300;

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
  /** When the timer fires, on the clock of `performance.now()`. */
  private timerAt = Infinity;
  private turn: Promise<void> = Promise.resolve();
  /** The turn that has not begun: what comes meanwhile goes with it. */
  private nextTurn: Promise<void> | null = null;
  /** Changes that were learnt while a look was under way: it may have missed them. */
  private learnt = 0;
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
    const name = nameOf({ tenantId, circuit });
    const isHeld = this.holding.has(name);
    if (this.stopped || !(this.isAutomatic || isHeld)) return;
    const counted = this.counting.get(name) ?? (isFault || isHeld ? this.count({ tenantId, circuit }) : null);
    if (!counted) return;
    counted.calls++;
    counted.seen++;
    if (isFault) {
      counted.failures++;
      counted.seenFailures++;
    }
    // Enough to open it by this process's own counts: not a moment later than need be.
    if (!isHeld && this.isEnough(counted)) void this.tell();
    else this.schedule(isHeld ? COHORT_WORD_MS : LOOK_MS);
  }

  recordStray(tenantId: string, circuit: string): void {
    const name = nameOf({ tenantId, circuit });
    if (this.stopped || !this.holding.has(name)) return;
    (this.counting.get(name) ?? this.count({ tenantId, circuit })).strays++;
    this.schedule(COHORT_WORD_MS);
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
    this.learnt++;
    if (this.holding.has(name) === (state !== 'closed')) return;
    if (state === 'closed') this.holding.delete(name);
    else this.holding.add(name);
    this.wakeups.circuitChanged();
  }

  /** Another node says that a circuit has opened or closed. */
  look(): void {
    if (!this.stopped) void this.tell();
  }

  private isEnough({ seen, seenFailures }: Uncounted): boolean {
    return seen >= this.settings.leastCalls && seenFailures / seen >= this.settings.failureShare;
  }

  private count(key: CircuitKey): Uncounted {
    const counted = { key, calls: 0, failures: 0, strays: 0, seen: 0, seenFailures: 0, startedAt: performance.now() };
    this.counting.set(nameOf(key), counted);
    return counted;
  }

  /** Never moves it later: under steady traffic it would not fire at all. */
  private schedule(delayMs: number): void {
    const at = performance.now() + delayMs;
    if (this.stopped || at >= this.timerAt) return;
    if (this.timer) clearTimeout(this.timer);
    this.timerAt = at;
    this.timer = setTimeout(() => void this.tell(), delayMs);
  }

  /** One turn at a time; what comes meanwhile goes with the next. */
  private tell(): Promise<void> {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    this.timerAt = Infinity;
    if (this.nextTurn) return this.nextTurn;
    const turn = this.turn
      .then(() => {
        this.nextTurn = null;
        return this.tellAndLook();
      })
      .catch(() => undefined) // The database is away: counts stay, and go with the next turn.
      .finally(() => this.schedule(LOOK_MS));
    this.nextTurn = turn;
    this.turn = turn;
    return turn;
  }

  private async tellAndLook(): Promise<void> {
    for (const [name, counted] of [...this.counting]) {
      if (counted.calls > 0 || counted.strays > 0) await this.tellOrDrop(name, counted);
      // The next failure begins anew.
      if (performance.now() - counted.startedAt > this.settings.windowMs) this.counting.delete(name);
    }
    const { learnt } = this;
    const notClosed = await this.store.notClosed();
    if (learnt === this.learnt) this.holding = new Set(notClosed.map(nameOf));
    else this.look();
  }

  /** One circuit whose counts the database refuses must not keep this process from knowing of all others. */
  private async tellOrDrop(name: string, counted: Uncounted): Promise<void> {
    try {
      await this.tellOne(counted);
    } catch (error) {
      if (error instanceof StorageUnavailable || error instanceof StepConflict) throw error;
      this.counting.delete(name);
      const circuit = counted.key.circuit.slice(0, LOGGED);
      this.logger.warn({ tenantId: counted.key.tenantId, circuit, error: String(error) }, 'Outcomes could not be counted');
    }
  }

  private async tellOne(counted: Uncounted): Promise<void> {
    const { settings } = this;
    const { key, calls, failures, strays } = counted;
    const outcomes = { calls, failures, strays };
    let hasChanged = false;
    // Should others see it work: not again before there are as many more.
    if (this.isEnough(counted)) Object.assign(counted, { seen: 0, seenFailures: 0 });
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
    counted.strays -= strays;
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
