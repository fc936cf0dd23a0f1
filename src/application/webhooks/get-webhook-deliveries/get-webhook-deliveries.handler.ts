import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { done, type Answer } from '../../../contract/answer.js';
import { pageView } from '../../page-view.js';
import { WebhookStore } from '../../ports/webhooks.js';
import { wholeNumber } from '../../requests/field-values.js';
import { deliveryView } from '../webhook-view.js';
import { GetWebhookDeliveriesQuery } from './get-webhook-deliveries.command.js';

@CommandHandler(GetWebhookDeliveriesQuery)
export class GetWebhookDeliveriesHandler implements ICommandHandler<GetWebhookDeliveriesQuery, Answer> {
  constructor(private readonly webhooks: WebhookStore) {}

  async execute({ data, caller }: GetWebhookDeliveriesQuery): Promise<Answer> {
    const { state, pageNumber = 1, pageSize = 20 } = data;
    const filter = { webhookId: wholeNumber('webhookId', data.webhookId), state };
    const { items, totalRecords } = await this.webhooks.deliveries(caller.tenantId, filter, { pageNumber, pageSize });
    return done('Deliveries retrieved successfully', pageView(items.map(deliveryView), pageNumber, pageSize, totalRecords));
  }
}
