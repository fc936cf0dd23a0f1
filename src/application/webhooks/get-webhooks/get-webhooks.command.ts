import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { GetWebhooksData } from './get-webhooks.dto.js';

/** The webhooks of the tenant, with what they have not received. */
@ApiCommand({
  name: 'GetWebhooksQuery',
  permission: 'webhook:read',
  data: GetWebhooksData,
  summary: 'The webhooks of the tenant, with what they have not received.',
  kind: 'query',
})
export class GetWebhooksQuery extends ApiRequest<GetWebhooksData> {}
