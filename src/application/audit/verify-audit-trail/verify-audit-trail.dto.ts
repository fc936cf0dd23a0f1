import { OptionalText } from '../../requests/fields.js';

/** The whole trail of the tenant: there is nothing to choose. */
export class VerifyAuditTrailData {
  @OptionalText('The same key again gives the same answer, once done.', 255)
  idempotencyKey?: string;
}
