import { OperatorData, OptionalFlag, OptionalText } from '../../requests/fields.js';

/** Which task that waits for its next attempt is attempted now. */
export class RetryNowData extends OperatorData {
  @OptionalText('Which task, when several wait for their next attempt.', 255)
  taskId?: string;

  @OptionalFlag('Attempt it even where the circuit of its endpoint is open.')
  ignoreCircuit?: boolean;

  @OptionalText('Why, for the audit trail.')
  comment?: string;
}
