import type { JsonObject } from '../../../engine/index.js';
import { OperatorData, OptionalText, OptionalVariables } from '../../requests/fields.js';

/** CONTRACT section 4. */
export class SkipFailedTaskData extends OperatorData {
  @OptionalText('Why, for the audit trail.')
  comment?: string;

  @OptionalVariables('The stated result: merged as variables for the tasks that follow.')
  additionalData?: JsonObject;

  @OptionalText('Which failure, when several branches failed; without it the oldest open one.', 255)
  taskId?: string;

  @OptionalText('Where to go on, when the task has several ways out: the target of one of its outgoing flows.', 255)
  toActivityId?: string;
}
