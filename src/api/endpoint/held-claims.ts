import type { ClaimedKey, IdempotencyStore } from '../../application/ports/stores.js';

/** Between renewals, in ms: four of them must fail before a claim counts as given up. */
const RENEW_MS = 1_000;

/** The idempotency keys that this process executes under now; all of their claims are renewed together. */
export class HeldClaims {
  private readonly held = new Set<ClaimedKey>();
  private timer: NodeJS.Timeout | null = null;
  private isRenewing = false;

  constructor(private readonly store: IdempotencyStore) {}

  /** Holds the claim until `work` has ended. */
  async during<T>(claim: ClaimedKey, work: () => Promise<T>): Promise<T> {
    this.held.add(claim);
    this.timer ??= setInterval(() => void this.renew(), RENEW_MS);
    try {
      return await work();
    } finally {
      this.held.delete(claim);
      if (this.held.size === 0) this.stop();
    }
  }

  private stop(): void {
    if (this.timer) clearInterval(this.timer);
    this.timer = null;
  }

  private async renew(): Promise<void> {
    if (this.isRenewing) return;
    this.isRenewing = true;
    await this.store.renew([...this.held]).catch(() => undefined); // The database is away, for all who would take them over, too.
    this.isRenewing = false;
  }
}
