import { OptionalText, PresentText, RequiredId } from '../../requests/fields.js';

/** Reference origin.md 4.15. */
export class RenameProcessDefinitionData {
  @RequiredId('The process definition.')
  id!: string | number;

  @PresentText('Unique.')
  newName!: string;

  @OptionalText('Why, for the audit trail.')
  comment?: string;

  @OptionalText('The same key again gives the same answer, once done.', 255)
  idempotencyKey?: string;
}
