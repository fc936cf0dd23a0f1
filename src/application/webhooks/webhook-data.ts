import { OptionalText, RequiredId } from '../requests/fields.js';

/** Which webhook, and why. */
export class WebhookData {
  @RequiredId('The webhook, by the id that the list shows.')
  webhookId!: string | number;

  @OptionalText('Why, for the audit trail.')
  comment?: string;

  @OptionalText('The same key again gives the same answer, once done.', 255)
  idempotencyKey?: string;
}

/** Other names of the fields. */
export const WEBHOOK_ALIASES = { id: 'webhookId' } as const;
