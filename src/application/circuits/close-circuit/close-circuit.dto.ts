import { OptionalText, RequiredText } from '../../requests/fields.js';

/** What is let through again. */
export class CloseCircuitData {
  @RequiredText('As GetCircuitsQuery names it.', 500)
  circuit!: string;

  @OptionalText('Why, for the audit trail.')
  comment?: string;

  @OptionalText('The same key again gives the same answer, once done.', 255)
  idempotencyKey?: string;
}
