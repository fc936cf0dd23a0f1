import { OptionalText, RequiredId } from '../../requests/fields.js';

/** What is agreed to. */
export class ApproveData {
  @RequiredId('The request for approval.')
  approvalId!: string | number;

  @OptionalText('Why, for the audit trail.')
  comment?: string;

  @OptionalText('The same key again gives the same answer, once done.', 255)
  idempotencyKey?: string;
}
