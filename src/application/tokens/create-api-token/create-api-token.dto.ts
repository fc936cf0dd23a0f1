import { ROLE_NAMES } from '../../access/roles.js';
import { OptionalInstant, OptionalText, OptionalTexts, RequiredText } from '../../requests/fields.js';

/** At least one role or permission is needed. */
export class CreateApiTokenData {
  @RequiredText('What it is for, to tell it from others.')
  name!: string;

  @OptionalTexts('Roles, each a set of permissions.', ROLE_NAMES)
  roles?: string[];

  @OptionalTexts('Single permissions.')
  permissions?: string[];

  @OptionalTexts("Tenants that it may act for; the caller's own without it.")
  tenants?: string[];

  @OptionalInstant('When it ends; never without it.')
  expiresAt?: string;

  @OptionalText('Why, for the audit trail.')
  comment?: string;
}
