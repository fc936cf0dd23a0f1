import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { WEBHOOK_ALIASES } from '../webhook-data.js';
import { UpdateWebhookData } from './update-webhook.dto.js';

/** Change where and of what events are told, or let a webhook rest. */
@ApiCommand({
  name: 'UpdateWebhookCommand',
  permission: 'webhook:write',
  aliases: WEBHOOK_ALIASES,
  data: UpdateWebhookData,
  summary: 'Change where and of what events are told, or let a webhook rest.',
  kind: 'command',
})
export class UpdateWebhookCommand extends ApiRequest<UpdateWebhookData> {}
