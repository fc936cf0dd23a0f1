import type { JobKind } from '../ports/jobs.js';

/** Where a limit lets no more jobs of a kind out, it is asked again after so long, in ms; sooner where a worker here hands one in. */
const FULL_MS = 200;
/** A rate is asked at most and at least so often, in ms. */
const RATE_MS = 20;
const RATE_LONGEST_MS = 1_000;
/** An allowance that has grown to so many jobs holds nothing back any more. */
const ENOUGH = 500;

interface Allowance {
  readonly kind: JobKind;
  jobs: number;
  rest: NodeJS.Timeout | null;
}

/**
 * How many jobs of each kind a look may claim where limits stand in the way: none for a moment after one was full, then one, then
 * twice as many each time that all were let through. What is claimed in vain is written twice.
 */
export class KindAllowances {
  private readonly byKind = new Map<string, Allowance>();

  /** @param onRested the kind may be looked for again */
  constructor(private readonly onRested: (kind: JobKind) => void) {}

  /** Infinite where no limit was in the way lately. */
  of(kind: JobKind): number {
    return this.byKind.get(keyOf(kind))?.jobs ?? Infinity;
  }

  /** @param nextInMs when a rate lets the next one through; 0: no rate is in the way */
  full(kind: JobKind, nextInMs: number): void {
    const restMs = nextInMs === 0 ? FULL_MS : Math.min(RATE_LONGEST_MS, Math.max(RATE_MS, nextInMs));
    const known = this.byKind.get(keyOf(kind));
    if (known?.rest) clearTimeout(known.rest);
    const allowance: Allowance = known ?? { kind, jobs: 0, rest: null };
    allowance.jobs = 0;
    allowance.rest = setTimeout(() => this.endRest(allowance), restMs);
    this.byKind.set(keyOf(kind), allowance);
  }

  /** All that were claimed have been let through. */
  admitted(kind: JobKind): void {
    const known = this.byKind.get(keyOf(kind));
    if (!known || known.rest) return;
    known.jobs *= 2;
    if (known.jobs > ENOUGH) this.byKind.delete(keyOf(kind));
  }

  /** Something that the tenant's limits count has ended. */
  awake(tenantId: string): void {
    for (const allowance of [...this.byKind.values()]) {
      if (allowance.kind.tenantId !== tenantId || !allowance.rest) continue;
      clearTimeout(allowance.rest);
      this.endRest(allowance);
    }
  }

  private endRest(allowance: Allowance): void {
    Object.assign(allowance, { jobs: 1, rest: null });
    this.onRested(allowance.kind);
  }
}

export function keyOf({ tenantId, jobType }: JobKind): string {
  return `${tenantId}\u0000${jobType}`;
}
