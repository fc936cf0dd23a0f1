import { MAX_ATTEMPTS, MAX_DELAY_MS, type JsonObject } from '../../../engine/index.js';
import { OptionalFlag, OptionalInt, OptionalText, OptionalVariables } from '../../requests/fields.js';
import { HeldJobData } from '../job-fields.js';

/** The work of a job has failed. What is not said about trying again is the retry policy's. */
export class FailJobData extends HeldJobData {
  @OptionalText('What went wrong, for people; the reason first.')
  errorMessage?: string;

  @OptionalText('Stable, for rules of the retry policy; `JOB_FAILED` without it.', 255)
  errorCode?: string;

  @OptionalInt('Automatic attempts that are left; 0: a person decides.', 0, MAX_ATTEMPTS)
  retries?: number;

  @OptionalInt('Wait before the next attempt, in ms.', 0, MAX_DELAY_MS)
  retryDelayMs?: number;

  @OptionalFlag('Trying again is of no use: a person decides.')
  nonRetryable?: boolean;

  @OptionalVariables('What else is known of the failure; kept with it.')
  details?: JsonObject;
}
