import type { JsonObject } from '../../../engine/index.js';
import { OptionalFlag, OptionalText, OptionalVariables } from '../../requests/fields.js';

/** CONTRACT section 6. Exactly one of `childInstanceId` and `correlationKey`. */
export class ReturnCallbackData {
  @OptionalText('The child process instance that has ended.', 255)
  childInstanceId?: string;

  @OptionalText('What the waiting task is correlated by.', 500)
  correlationKey?: string;

  @OptionalVariables('The result of the work outside.')
  results?: JsonObject;

  @OptionalFlag('The work outside failed.')
  isFailed?: boolean;

  @OptionalText('Why it failed.')
  errorMessage?: string;

  @OptionalText('Code of the error, which an error boundary event may catch.', 255)
  errorCode?: string;

  @OptionalText('For the audit trail.')
  comment?: string;

  @OptionalText('The same key again gives the same answer, once done.', 255)
  idempotencyKey?: string;
}
