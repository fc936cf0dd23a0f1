import { OptionalFlag, OptionalText, RequiredId } from '../../requests/fields.js';

/** Reference origin.md 4.15. */
export class DeleteProcessDefinitionData {
  @RequiredId('The process definition.')
  id!: string | number;

  @OptionalFlag('Cancel the active instances first; needs the permission to cancel.')
  force?: boolean;

  @OptionalText('Why, for the audit trail.')
  comment?: string;

  @OptionalText('The same key again gives the same answer, once done.', 255)
  idempotencyKey?: string;
}
