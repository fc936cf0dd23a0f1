import type { JsonObject } from '../../../engine/index.js';
import { OptionalFlag, OptionalInt, OptionalText, OptionalVariables } from '../../requests/fields.js';

/** CONTRACT section 6. One of `instanceGuid` and `correlationKey` is needed. */
export class SignalProcessInstanceData {
  @OptionalText('The waiting process instance.', 255)
  instanceGuid?: string;

  @OptionalText('Instead of the instance: what the waiting task is correlated by.', 500)
  correlationKey?: string;

  @OptionalVariables('Merged into the variables and kept under the result variable of the task.')
  callbackData?: JsonObject;

  @OptionalVariables('Older name of callbackData.')
  signalPayload?: JsonObject;

  @OptionalText('The same as JSON text.', 4 * 1024 * 1024)
  signalData?: string;

  @OptionalText('Which waiting task; without it the oldest.', 255)
  taskId?: string;

  @OptionalText('The user action taken.', 255)
  action?: string;

  @OptionalText('Who acts, as claimed; the audit also has the real principal.', 255)
  currentUser?: string;

  @OptionalText('Why, for the audit trail.')
  comment?: string;

  @OptionalInt('Refuse if the instance is no longer at this version.', 0, Number.MAX_SAFE_INTEGER)
  expectedVersion?: number;

  @OptionalFlag('Answer what would happen, change nothing.')
  dryRun?: boolean;

  @OptionalText('The same key again gives the same answer, once done.', 255)
  idempotencyKey?: string;
}
