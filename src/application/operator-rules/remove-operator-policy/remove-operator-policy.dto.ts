import { OptionalText } from '../../requests/fields.js';

/** Which policy is taken away: of a task, of a process, or (neither is given) of the tenant. */
export class RemoveOperatorPolicyData {
  @OptionalText('Of this process; without it, of the tenant.', 255)
  processKey?: string;

  @OptionalText('Of this task of the process.', 255)
  taskId?: string;

  @OptionalText('Why, for the audit trail.')
  comment?: string;

  @OptionalText('The same key again gives the same answer, once done.', 255)
  idempotencyKey?: string;
}
