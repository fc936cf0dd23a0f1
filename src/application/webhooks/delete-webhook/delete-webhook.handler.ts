import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { done, type Answer } from '../../../contract/answer.js';
import { claimOf } from '../../caller.js';
import { Clock } from '../../ports/clock.js';
import { WebhookStore } from '../../ports/webhooks.js';
import { RequestAudit } from '../../request-audit.js';
import { wholeNumber } from '../../requests/field-values.js';
import { originOf } from '../../requests/origin-of.js';
import { DeleteWebhookCommand } from './delete-webhook.command.js';

@CommandHandler(DeleteWebhookCommand)
export class DeleteWebhookHandler implements ICommandHandler<DeleteWebhookCommand, Answer> {
  constructor(
    private readonly webhooks: WebhookStore,
    private readonly audit: RequestAudit,
    private readonly clock: Clock,
  ) {}

  async execute({ data, caller }: DeleteWebhookCommand): Promise<Answer> {
    const webhookId = wholeNumber('webhookId', data.webhookId);
    const said = { comment: data.comment, detail: { webhookId } };
    const origin = originOf(caller, 'DeleteWebhook', this.clock.now(), said);
    const entry = this.audit.entry(origin, 'succeeded');
    if (!(await this.webhooks.remove(caller.tenantId, webhookId, entry, claimOf(caller))))
      return this.audit.refuse(origin, `Webhook ${webhookId} not found.`, null, '404');
    this.audit.written();
    return done('Webhook deleted.', { webhookId });
  }
}
