import { OptionalText, RequiredText, RequiredTexts } from '../../requests/fields.js';

/** Who is told, and of what. */
export class CreateWebhookData {
  @RequiredText('Where events are POSTed to: http or https.', 2_000)
  url!: string;

  @RequiredTexts('Names of events, `incident.*` for all of a kind, or `*`.')
  events!: string[];

  @OptionalText('What deliveries are signed with, 16 characters or more; made without it.', 255)
  secret?: string;

  @OptionalText('What it is for, and for the audit trail.')
  comment?: string;
}
