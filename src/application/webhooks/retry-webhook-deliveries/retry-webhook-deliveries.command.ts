import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { WEBHOOK_ALIASES, WebhookData } from '../webhook-data.js';

/** Deliver again what was parked because its attempts were used up. */
@ApiCommand({
  name: 'RetryWebhookDeliveriesCommand',
  permission: 'webhook:write',
  aliases: WEBHOOK_ALIASES,
  data: WebhookData,
  summary: 'Deliver again what was parked because its attempts were used up.',
  kind: 'command',
})
export class RetryWebhookDeliveriesCommand extends ApiRequest<WebhookData> {}
