import type { JsonObject } from '../../../engine/index.js';
import type { OperatorRule } from '../../ports/operator-policies.js';
import { OptionalChoice, OptionalText, OptionalTexts, OptionalVariables } from '../../requests/fields.js';

const RULES = ['allowed', 'reason', 'approval', 'forbidden'] as const satisfies readonly OperatorRule[];

/** A policy and what it is for; it takes the place of the one that was there. What it does not say, a less specific one does. */
export class SetOperatorPolicyData {
  @OptionalText('Of this process; without it, of the tenant.', 255)
  processKey?: string;

  @OptionalText('Of this task of the process.', 255)
  taskId?: string;

  @OptionalChoice('Retrying failed tasks.', RULES)
  retry?: OperatorRule;

  @OptionalChoice('Skipping failed tasks.', RULES)
  skip?: OperatorRule;

  @OptionalChoice('Cancelling instances; of a process or the tenant.', RULES)
  cancel?: OperatorRule;

  @OptionalTexts('Names of variables that no operator may change.')
  protectedVariables?: string[];

  @OptionalTexts('The only variables that operators may change.')
  allowedVariables?: string[];

  @OptionalVariables('A JSON Schema of the object of changed variables.')
  variablesSchema?: JsonObject;

  @OptionalText('Why, for the audit trail and the list.')
  comment?: string;

  @OptionalText('The same key again gives the same answer, once done.', 255)
  idempotencyKey?: string;
}
