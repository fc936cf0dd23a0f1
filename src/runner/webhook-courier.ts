import { Injectable, Logger } from '@nestjs/common';
import { systemCaller } from '../application/caller.js';
import { Clock, NodeIdentity } from '../application/ports/clock.js';
import { StorageUnavailable } from '../application/ports/instance-store.js';
import { WebhookStore, type ClaimedDelivery } from '../application/ports/webhooks.js';
import { RequestAudit } from '../application/request-audit.js';
import { originOf } from '../application/requests/origin-of.js';
import { judgeDelivery, type DeliveryFailure } from '../application/webhooks/judge-delivery.js';
import { deliveryIdOf } from '../application/webhooks/webhook-view.js';
import { WebhookSender } from '../connectors/webhook/webhook-sender.js';
import { RepeatedLook } from './repeated-look.js';

/** Between looks for what is due, in ms. */
const LOOK_MS = 500;
/** For how long a claimed delivery is this node's, in ms: longer than an attempt takes. */
const LEASE_MS = 30_000;
/** Deliveries to one webhook at once, on all nodes together: one that hangs takes no more of what is there for all. */
const EACH = 4;
/** Deliveries at once on this node. */
const AT_ONCE = 200;

/** Delivers what webhooks are to be told, at least once, and again by the policy of `judgeDelivery`. */
@Injectable()
export class WebhookCourier {
  private readonly logger = new Logger('Webhooks');
  private readonly looks = new RepeatedLook(() => this.look(), LOOK_MS);
  private readonly underWay = new Set<Promise<void>>();
  private readonly stopping = new AbortController();
  private woken = false;

  constructor(
    private readonly store: WebhookStore,
    private readonly sender: WebhookSender,
    private readonly audit: RequestAudit,
    private readonly clock: Clock,
    private readonly node: NodeIdentity,
  ) {}

  start(): void {
    this.looks.start();
  }

  /** Something may be due: look at once. Nothing where this process has no loops. */
  wake(): void {
    if (this.woken) return;
    this.woken = true;
    this.looks.also(() => this.look());
  }

  /** Deliveries under way are given up, and made again by another node or at the next start. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.looks.stop();
    await Promise.all(this.underWay);
    await this.store.release(this.node.node).catch(() => undefined);
  }

  private async look(): Promise<void> {
    this.woken = false;
    const free = AT_ONCE - this.underWay.size;
    if (free <= 0 || this.stopping.signal.aborted) return;
    const due = await this.store.claim(this.node.node, new Date(this.clock.now()), LEASE_MS, EACH, free);
    for (const delivery of due) {
      const made = this.deliver(delivery).finally(() => {
        this.underWay.delete(made);
        this.wake(); // The next one of this webhook may go.
      });
      this.underWay.add(made);
    }
  }

  /** Never rejects: what could not be recorded is delivered again when its claim has run out. */
  private async deliver(delivery: ClaimedDelivery): Promise<void> {
    try {
      const message = { ...delivery, deliveryId: deliveryIdOf(delivery) };
      const outcome = await this.sender.send(message, this.stopping.signal);
      if (outcome.kind === 'delivered') await this.store.discard(this.node.node, delivery);
      else if (!this.stopping.signal.aborted) await this.fail(delivery, outcome);
    } catch (error) {
      if (error instanceof StorageUnavailable) return;
      const { webhookId, entryId } = delivery;
      this.logger.error({ webhookId, entryId, error: String(error) }, 'The outcome of a delivery could not be recorded');
    }
  }

  private async fail(delivery: ClaimedDelivery, failure: DeliveryFailure): Promise<void> {
    const { tenantId, webhookId, entryId, event, attempt, queuedAt } = delivery;
    const now = this.clock.now();
    const deliveryId = deliveryIdOf(delivery);
    const { delayMs, reason } = judgeDelivery(deliveryId, attempt, now - queuedAt, failure);
    const error = `${failure.code}: ${failure.message}`;
    const failed = { status: failure.status, error, at: new Date(now), dueAt: delayMs === null ? null : new Date(now + delayMs) };
    if (delayMs !== null) return this.store.fail(this.node.node, delivery, failed, null);
    const detail = { webhookId, deliveryId, eventId: entryId, event, attempts: attempt, error, reason };
    const origin = originOf(systemCaller(tenantId, deliveryId), 'WebhookDeliveryParked', now, { detail });
    await this.store.fail(this.node.node, delivery, failed, this.audit.entry(origin, 'failed'));
    this.audit.written();
    this.logger.warn({ tenantId, webhookId, deliveryId, event, error }, 'A delivery was parked: its attempts are used up');
  }
}
