import { OptionalText, RequiredId } from '../../requests/fields.js';

export class RevokeApiTokenData {
  @RequiredId('The token, by the id that the list shows.')
  id!: string | number;

  @OptionalText('Why, for the audit trail.')
  comment?: string;

  @OptionalText('The same key again gives the same answer, once done.', 255)
  idempotencyKey?: string;
}
