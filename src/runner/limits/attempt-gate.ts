import { Injectable } from '@nestjs/common';
import { NodeIdentity } from '../../application/ports/clock.js';
import { LimitPermits, type TaskLimit } from '../../application/ports/limits.js';
import type { AttemptOutcome } from '../../connectors/connector.js';
import type { Lane } from './lane.js';
import { TenantGate } from './tenant-gate.js';

/** Between looks for limits that were set or removed, in ms. */
const LOOK_MS = 500;
/** Attempts of a tenant that wait here; those past it are given back, and come again. */
const WAITING = 10_000;
/** Those that are given back come again after so long at the earliest, one after the other in this distance. In ms. */
const AGAIN_MS = 5_000;
const APART_MS = 2;
/** Longest time that a timer can run, in ms. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** An attempt as its limits see it. */
export interface GatedAttempt {
  readonly tenantId: string;
  readonly taskName: string;
  /** Its task type. */
  readonly type: string;
  /** It must begin within this time, in ms; null: whenever. */
  readonly toStartMs: number | null;
  /** The endpoint that it calls, or its task type; null: nothing outside. Asked only where the tenant has limits. */
  readonly circuit: () => string | null;
}

/** The attempt has not begun, and does not here. */
export interface GivenBack {
  readonly kind: 'given-back';
  /** It should not come again before so long, in ms. */
  readonly delayMs: number;
}

/**
 * Where attempts wait for permits of their limits. Without limits of its tenant an attempt passes at the price of a look into
 * a map.
 */
@Injectable()
export class AttemptGate {
  private readonly byTenant = new Map<string, TenantGate>();
  /** When the last one that was given back comes again, on the clock of `performance.now()`. */
  private lastAgainAt = 0;
  /** What tells those that wait to go. */
  private readonly closing = new Set<() => void>();
  private revision = '';
  private timer: NodeJS.Timeout | null = null;
  private looking: Promise<void> = Promise.resolve();
  private isClosed = false;

  constructor(
    private readonly permits: LimitPermits,
    private readonly node: NodeIdentity,
  ) {}

  /** Resolves when the limits are known that are set now. */
  async start(): Promise<void> {
    this.isClosed = false;
    this.revision = '';
    await this.look();
    this.schedule();
  }

  /** Whether the tenant has set a limit on this key. */
  isLimited(tenantId: string, key: string): boolean {
    return this.byTenant.get(tenantId)?.isLimited([key]) ?? false;
  }

  /** Whether the tenant has set any limit. */
  hasLimits(tenantId: string): boolean {
    return this.byTenant.get(tenantId)?.hasLimits ?? false;
  }

  /** Runs `begin` when the limits let it. An attempt that is aborted leaves the line; what it gives then counts for nothing. */
  pass<T>(attempt: GatedAttempt, signal: AbortSignal, begin: () => Promise<T>): Promise<T | AttemptOutcome | GivenBack> {
    const gate = this.byTenant.get(attempt.tenantId);
    if (!gate?.hasLimits) return begin();
    const circuit = attempt.circuit();
    const keys = [...new Set([`task:${attempt.type}`, ...(circuit === null ? [] : [circuit])])].sort();
    if (!gate.isLimited(keys)) return begin();
    return this.passLimited(gate, keys, attempt, signal, begin);
  }

  /** All that wait are given back at once; nothing is begun any more. */
  close(): void {
    this.isClosed = true;
    for (const leave of this.closing) leave();
    for (const gate of this.byTenant.values()) gate.close();
  }

  /** Gives all permits back. Call when no attempt runs any more. */
  async stop(): Promise<void> {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    await this.looking;
    await Promise.all([...this.byTenant.values()].map((gate) => gate.stop()));
    this.byTenant.clear();
  }

  private async passLimited<T>(
    gate: TenantGate,
    keys: readonly string[],
    attempt: GatedAttempt,
    signal: AbortSignal,
    begin: () => Promise<T>,
  ): Promise<T | AttemptOutcome | GivenBack> {
    if (this.isClosed) return { kind: 'given-back', delayMs: 0 };
    if (gate.waiting >= WAITING) return { kind: 'given-back', delayMs: this.nextDelay() };
    const entry = await this.enter(gate, keys, attempt, signal);
    if ('kind' in entry) return entry;
    try {
      return await begin();
    } finally {
      if (entry.lane) gate.leave(entry.lane);
    }
  }

  private enter(
    gate: TenantGate,
    keys: readonly string[],
    { taskName, toStartMs }: GatedAttempt,
    signal: AbortSignal,
  ): Promise<{ readonly lane: Lane | null } | AttemptOutcome | GivenBack> {
    return new Promise((resolve) => {
      let late: NodeJS.Timeout | null = null;
      const settle = (end: { readonly lane: Lane | null } | AttemptOutcome | GivenBack): void => {
        if (late) clearTimeout(late);
        signal.removeEventListener('abort', abort);
        this.closing.delete(close);
        resolve(end);
      };
      const cancel = (end: AttemptOutcome | GivenBack): void => {
        leaveLine();
        settle(end);
      };
      const abort = (): void => cancel({ kind: 'given-back', delayMs: 0 });
      const close = abort;
      signal.addEventListener('abort', abort, { once: true });
      this.closing.add(close);
      if (toStartMs !== null && toStartMs <= LONGEST_TIMER_MS)
        late = setTimeout(() => cancel(notStarted(taskName, toStartMs, keys)), toStartMs);
      let leaveLine = (): void => undefined;
      leaveLine = gate.join(keys, (lane) => settle({ lane }));
      if (signal.aborted) abort();
    });
  }

  /** Past the bound they come again one after the other, so that they do not fill the database with their coming and going. */
  private nextDelay(): number {
    const now = performance.now();
    this.lastAgainAt = Math.max(now + AGAIN_MS, this.lastAgainAt + APART_MS);
    return Math.round(this.lastAgainAt - now);
  }

  private schedule(): void {
    this.timer = setTimeout(() => {
      this.looking = this.look()
        .catch(() => undefined) // The database is away; the next look finds the same.
        .finally(() => {
          if (this.timer) this.schedule();
        });
    }, LOOK_MS);
  }

  private async look(): Promise<void> {
    const revision = await this.permits.revision();
    if (revision === this.revision) return;
    const limits = await this.permits.all();
    const byTenant = new Map<string, Map<string, TaskLimit>>();
    for (const { tenantId, ...limit } of limits) {
      const ofTenant = byTenant.get(tenantId) ?? new Map<string, TaskLimit>();
      byTenant.set(tenantId, ofTenant.set(limit.key, limit));
    }
    for (const [tenantId, gate] of this.byTenant) {
      gate.setLimits(byTenant.get(tenantId) ?? new Map<string, TaskLimit>());
      if (gate.isIdle) this.byTenant.delete(tenantId);
    }
    for (const [tenantId, ofTenant] of byTenant) {
      if (this.byTenant.has(tenantId)) continue;
      const gate = new TenantGate(tenantId, this.permits, () => this.node.node);
      gate.setLimits(ofTenant);
      this.byTenant.set(tenantId, gate);
    }
    // Last: what failed before is looked for again.
    this.revision = revision;
  }
}

function notStarted(taskName: string, toStartMs: number, keys: readonly string[]): AttemptOutcome {
  return {
    kind: 'failed',
    code: 'START_TIMEOUT',
    message: `Expected '${taskName}' to begin within ${toStartMs} ms, but the limits on ${keys.join(' and ')} left no room for it.`,
    retry: { nonRetryable: true },
  };
}
