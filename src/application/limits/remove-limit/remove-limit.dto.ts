import { OptionalText, RequiredText } from '../../requests/fields.js';

/** Which limit is taken away. */
export class RemoveLimitData {
  @RequiredText('`task:<type>` or `https://host:port`, as the list shows it.', 500)
  key!: string;

  @OptionalText('Why, for the audit trail.')
  comment?: string;

  @OptionalText('The same key again gives the same answer, once done.', 255)
  idempotencyKey?: string;
}
