import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { done, type Answer } from '../../../contract/answer.js';
import { claimOf } from '../../caller.js';
import { Clock } from '../../ports/clock.js';
import { WebhookStore } from '../../ports/webhooks.js';
import { RequestAudit } from '../../request-audit.js';
import { wholeNumber } from '../../requests/field-values.js';
import { invalidField } from '../../requests/invalid-request.js';
import { originOf } from '../../requests/origin-of.js';
import { eventPatterns, receiverUrl } from '../webhook-fields.js';
import { webhookView } from '../webhook-view.js';
import { UpdateWebhookCommand } from './update-webhook.command.js';

@CommandHandler(UpdateWebhookCommand)
export class UpdateWebhookHandler implements ICommandHandler<UpdateWebhookCommand, Answer> {
  constructor(
    private readonly webhooks: WebhookStore,
    private readonly audit: RequestAudit,
    private readonly clock: Clock,
  ) {}

  async execute({ data, caller }: UpdateWebhookCommand): Promise<Answer> {
    const id = wholeNumber('webhookId', data.webhookId);
    const { comment, isActive } = data;
    const url = data.url === undefined ? undefined : receiverUrl(data.url);
    const events = data.events === undefined ? undefined : eventPatterns(data.events);
    if (url === undefined && events === undefined && isActive === undefined)
      throw invalidField('url', 'required', 'Expected url, events or isActive, but none is given');
    const detail = {
      webhookId: id,
      ...(url !== undefined && { receiver: new URL(url).origin }),
      ...(events && { events }),
      ...(isActive !== undefined && { isActive }),
    };
    const origin = originOf(caller, 'UpdateWebhook', this.clock.now(), { comment, detail });
    const entry = this.audit.entry(origin, 'succeeded');
    const updated = await this.webhooks.update(caller.tenantId, id, { url, events, isActive }, entry, claimOf(caller));
    if (!updated) return this.audit.refuse(origin, `Webhook ${id} not found.`, null, '404');
    this.audit.written();
    return done('Webhook updated.', webhookView(updated));
  }
}
