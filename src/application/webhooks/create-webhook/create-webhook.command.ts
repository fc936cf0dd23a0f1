import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { CreateWebhookData } from './create-webhook.dto.js';

/** Tell an address of events; its secret is shown in this one answer. */
@ApiCommand({
  name: 'CreateWebhookCommand',
  permission: 'webhook:write',
  data: CreateWebhookData,
  summary: 'Tell an address of events; its secret is shown in this one answer.',
  kind: 'command',
  secretAnswer: true,
})
export class CreateWebhookCommand extends ApiRequest<CreateWebhookData> {}
