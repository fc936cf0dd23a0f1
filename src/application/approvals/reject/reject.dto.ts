import { OptionalText, RequiredId, RequiredText } from '../../requests/fields.js';

/** What is not agreed to, and why. */
export class RejectData {
  @RequiredId('The request for approval.')
  approvalId!: string | number;

  @RequiredText('Why, for whoever has asked and for the audit trail.', 4_000)
  comment!: string;

  @OptionalText('The same key again gives the same answer, once done.', 255)
  idempotencyKey?: string;
}
