import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { WEBHOOK_ALIASES } from '../webhook-data.js';
import { GetWebhookDeliveriesData } from './get-webhook-deliveries.dto.js';

/** What a webhook has not received yet, oldest first. */
@ApiCommand({
  name: 'GetWebhookDeliveriesQuery',
  permission: 'webhook:read',
  aliases: WEBHOOK_ALIASES,
  data: GetWebhookDeliveriesData,
  summary: 'What a webhook has not received yet, oldest first.',
  kind: 'query',
})
export class GetWebhookDeliveriesQuery extends ApiRequest<GetWebhookDeliveriesData> {}
