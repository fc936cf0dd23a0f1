import { OperatorData, OptionalText } from '../../requests/fields.js';

/** When a task is attempted next. Exactly one of `until` and `by`. */
export class PostponeRetryData extends OperatorData {
  @OptionalText('Which task, when several wait for their next attempt.', 255)
  taskId?: string;

  @OptionalText('ISO 8601 instant; one in the past is now.', 100)
  until?: string;

  @OptionalText('ISO 8601 duration from now.', 100)
  by?: string;

  @OptionalText('Why, for the audit trail.')
  comment?: string;
}
