import { OptionalFlag, OptionalText, OptionalTexts } from '../../requests/fields.js';
import { WebhookData } from '../webhook-data.js';

/** What is changed of a webhook; what is not given stays as it is. */
export class UpdateWebhookData extends WebhookData {
  @OptionalText('Where events are POSTed to: http or https.', 2_000)
  url?: string;

  @OptionalTexts('Names of events, `incident.*` for all of a kind, or `*`.')
  events?: string[];

  @OptionalFlag('False: it rests. What happens meanwhile is told when it is active again.')
  isActive?: boolean;
}
