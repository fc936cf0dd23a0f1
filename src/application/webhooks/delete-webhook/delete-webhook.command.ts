import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { WEBHOOK_ALIASES, WebhookData } from '../webhook-data.js';

/** Tell an address nothing more, not even what it has not received yet. */
@ApiCommand({
  name: 'DeleteWebhookCommand',
  permission: 'webhook:write',
  aliases: WEBHOOK_ALIASES,
  data: WebhookData,
  summary: 'Tell an address nothing more, not even what it has not received yet.',
  kind: 'command',
})
export class DeleteWebhookCommand extends ApiRequest<WebhookData> {}
