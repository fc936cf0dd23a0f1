import { Injectable, Logger } from '@nestjs/common';
import { WEBHOOK_EVENTS } from '../application/events/webhook-events.js';
import { Clock } from '../application/ports/clock.js';
import { StorageUnavailable } from '../application/ports/instance-store.js';
import { WebhookStore } from '../application/ports/webhooks.js';
import { RepeatedLook } from './repeated-look.js';
import { WebhookCourier } from './webhook-courier.js';

/** Between looks at the trail without any hint: entries of other nodes, and of transactions that took long. In ms. */
const LOOK_MS = 1_000;
/** After an entry was written: what comes in between is looked at together, in ms. */
const GATHER_MS = 100;

/** Queues what webhooks are to be told, from the audit trail: each webhook on one node at a time. */
@Injectable()
export class WebhookDispatcher {
  private readonly logger = new Logger('Webhooks');
  private readonly looks = new RepeatedLook(() => this.look(), LOOK_MS);
  private soon: NodeJS.Timeout | null = null;
  private stopped = true;

  constructor(
    private readonly store: WebhookStore,
    private readonly courier: WebhookCourier,
    private readonly clock: Clock,
  ) {}

  start(): void {
    this.stopped = false;
    this.looks.start();
  }

  /** An entry was written here. Nothing where this process has no loops. */
  wake(): void {
    if (this.stopped || this.soon) return;
    this.soon = setTimeout(() => {
      this.soon = null;
      this.looks.also(() => this.look());
    }, GATHER_MS);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    if (this.soon) clearTimeout(this.soon);
    await this.looks.stop();
  }

  private async look(): Promise<void> {
    for (const id of await this.store.behind()) {
      if (this.stopped) return;
      // One that fails must not keep the others from being told.
      await this.dispatch(id).catch((error: unknown) => {
        if (!(error instanceof StorageUnavailable))
          this.logger.error({ webhookId: id, error: String(error) }, 'Events could not be queued');
      });
    }
  }

  private async dispatch(id: number): Promise<void> {
    for (let hasMore = true; hasMore && !this.stopped;) {
      const result = await this.store.dispatch(id, WEBHOOK_EVENTS, new Date(this.clock.now()));
      ({ hasMore } = result);
      if (result.queued > 0) this.courier.wake();
    }
  }
}
