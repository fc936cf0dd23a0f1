import { Injectable } from '@nestjs/common';
import { TrailTail, type TrailPosition } from '../ports/trail-tail.js';
import { NewsFlag } from './news-flag.js';

/** Between looks for what other nodes have written, in ms. */
const LOOK_MS = 250;
/** After an entry was written here: what comes in between is found together, in ms. */
const GATHER_MS = 20;

/** Tells streams when their tenant's trail has grown: one look for all streams of this process, and none while there is none. */
@Injectable()
export class TrailPulse {
  private readonly flags = new Map<string, Set<NewsFlag>>();
  private position: TrailPosition | null = null;
  private timer: NodeJS.Timeout | null = null;
  private wakesAt = Infinity;
  private looking = false;

  constructor(private readonly tail: TrailTail) {}

  /** A flag that is raised from the beginning, and whenever there may be news. `leave` is for when nobody looks at it any more. */
  join(tenantId: string): { readonly flag: NewsFlag; readonly leave: () => void } {
    const flag = new NewsFlag();
    let flags = this.flags.get(tenantId);
    if (!flags) this.flags.set(tenantId, (flags = new Set()));
    flags.add(flag);
    this.schedule(LOOK_MS);
    const leave = (): void => {
      flags.delete(flag);
      if (flags.size === 0 && this.flags.get(tenantId) === flags) this.flags.delete(tenantId);
    };
    return { flag, leave };
  }

  /** An entry was written here: look soon. */
  wake(): void {
    if (this.flags.size > 0) this.schedule(GATHER_MS);
  }

  private schedule(delayMs: number): void {
    const at = performance.now() + delayMs;
    if (this.looking || at >= this.wakesAt) return;
    if (this.timer) clearTimeout(this.timer);
    this.wakesAt = at;
    this.timer = setTimeout(() => void this.look(), delayMs);
  }

  private async look(): Promise<void> {
    this.looking = true;
    try {
      await this.raiseFlags();
    } catch {
      // The database is away: the next look finds what came meanwhile.
    }
    this.looking = false;
    this.wakesAt = Infinity;
    if (this.flags.size > 0) this.schedule(LOOK_MS);
    else this.position = null;
  }

  /** The first look only sees where the trail ends; whoever joined by then reads for himself first. */
  private async raiseFlags(): Promise<void> {
    if (this.position === null) {
      this.position = await this.tail.horizon();
      for (const flags of this.flags.values()) for (const flag of flags) flag.raise();
      return;
    }
    const { tenants, next } = await this.tail.changedAfter(this.position);
    this.position = next;
    for (const tenantId of tenants) for (const flag of this.flags.get(tenantId) ?? []) flag.raise();
  }
}
