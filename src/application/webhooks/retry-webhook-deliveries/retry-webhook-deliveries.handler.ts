import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { done, type Answer } from '../../../contract/answer.js';
import { claimOf } from '../../caller.js';
import { Clock } from '../../ports/clock.js';
import { WebhookStore } from '../../ports/webhooks.js';
import { RequestAudit } from '../../request-audit.js';
import { wholeNumber } from '../../requests/field-values.js';
import { originOf } from '../../requests/origin-of.js';
import { RetryWebhookDeliveriesCommand } from './retry-webhook-deliveries.command.js';

@CommandHandler(RetryWebhookDeliveriesCommand)
export class RetryWebhookDeliveriesHandler implements ICommandHandler<RetryWebhookDeliveriesCommand, Answer> {
  constructor(
    private readonly webhooks: WebhookStore,
    private readonly audit: RequestAudit,
    private readonly clock: Clock,
  ) {}

  async execute({ data, caller }: RetryWebhookDeliveriesCommand): Promise<Answer> {
    const webhookId = wholeNumber('webhookId', data.webhookId);
    const now = this.clock.now();
    const origin = originOf(caller, 'RetryWebhookDeliveries', now, { comment: data.comment, detail: { webhookId } });
    const entry = (released: number) =>
      this.audit.entry({ ...origin, detail: { ...origin.detail, deliveries: released } }, 'succeeded');
    const released = await this.webhooks.retryParked(caller.tenantId, webhookId, new Date(now), entry, claimOf(caller));
    if (released === null) return this.audit.refuse(origin, `Webhook ${webhookId} not found.`, null, '404');
    this.audit.written();
    return done(`${released} parked deliveries are due again.`, { webhookId, deliveries: released });
  }
}
