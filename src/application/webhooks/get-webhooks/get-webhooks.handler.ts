import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { done, type Answer } from '../../../contract/answer.js';
import { WebhookStore } from '../../ports/webhooks.js';
import { webhookOverview } from '../webhook-view.js';
import { GetWebhooksQuery } from './get-webhooks.command.js';

@CommandHandler(GetWebhooksQuery)
export class GetWebhooksHandler implements ICommandHandler<GetWebhooksQuery, Answer> {
  constructor(private readonly webhooks: WebhookStore) {}

  async execute({ caller }: GetWebhooksQuery): Promise<Answer> {
    const items = await this.webhooks.list(caller.tenantId);
    return done('Webhooks retrieved successfully', { items: items.map(webhookOverview) });
  }
}
