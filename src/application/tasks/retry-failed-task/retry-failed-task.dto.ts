import type { JsonObject } from '../../../engine/index.js';
import { OperatorData, OptionalChoice, OptionalFlag, OptionalText, OptionalVariables } from '../../requests/fields.js';

/** CONTRACT section 3. */
export class RetryFailedTaskData extends OperatorData {
  @OptionalVariables('Merged into the process variables before the task runs.')
  updatedVariables?: JsonObject;

  @OptionalText('Why, for the audit trail.')
  comment?: string;

  @OptionalText('Which failure, when several branches failed; without it the oldest open one.', 255)
  taskId?: string;

  @OptionalChoice('`onSuccess`: undo the merge if the attempt fails.', ['always', 'onSuccess'])
  keepVariables?: 'always' | 'onSuccess';

  @OptionalChoice('`reset`: a fresh automatic budget.', ['keep', 'reset'])
  attempts?: 'keep' | 'reset';

  @OptionalFlag('Execute it even where the circuit of its endpoint is open.')
  ignoreCircuit?: boolean;

  @OptionalText('Not available yet.', 255)
  onVersion?: string;
}
