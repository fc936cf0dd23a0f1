import { OptionalText } from '../../requests/fields.js';

/** All checks: there is nothing to choose. */
export class CheckInvariantsData {
  @OptionalText('The same key again gives the same answer, once done.', 255)
  idempotencyKey?: string;
}
