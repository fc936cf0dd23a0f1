import { Injectable } from '@nestjs/common';
import { AuditStore } from '../application/ports/stores.js';

/** After an entry was written: what comes in between is sealed together, in ms. */
const GATHER_MS = 200;
/** Without any hint: entries of other nodes that died before they sealed, in ms. */
const POLL_MS = 5_000;

/** Seals the audit trail in the background, so that no command waits for the chain. */
@Injectable()
export class AuditSealer {
  private timer: NodeJS.Timeout | null = null;
  private soon = false;
  private turn: Promise<void> = Promise.resolve();
  private stopped = true;

  constructor(private readonly audit: AuditStore) {}

  start(): void {
    this.stopped = false;
    this.schedule(POLL_MS);
  }

  wake(): void {
    if (this.soon || this.stopped) return;
    this.soon = true;
    this.schedule(GATHER_MS);
  }

  /** Seals what is left. */
  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
    await this.turn;
    await this.audit.seal().catch(() => 0);
  }

  private schedule(delayMs: number): void {
    if (this.stopped) return;
    if (this.timer) clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.soon = false;
      this.turn = this.audit
        .seal()
        .then(() => undefined)
        .catch(() => undefined) // The database is away: the entries wait.
        .finally(() => (this.soon ? undefined : this.schedule(POLL_MS)));
    }, delayMs);
  }
}
