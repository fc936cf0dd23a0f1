import { OptionalText } from '../../requests/fields.js';

/** A tenant has one rule. */
export class RemoveEscalationRuleData {
  @OptionalText('Why, for the audit trail.')
  comment?: string;

  @OptionalText('The same key again gives the same answer, once done.', 255)
  idempotencyKey?: string;
}
