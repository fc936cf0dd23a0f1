import { OperatorData, OptionalText } from '../../requests/fields.js';

/** Which task is not attempted by itself any more. */
export class GiveUpRetriesData extends OperatorData {
  @OptionalText('Which task, when several wait for their next attempt.', 255)
  taskId?: string;

  @OptionalText('Why, for the audit trail.')
  comment?: string;
}
