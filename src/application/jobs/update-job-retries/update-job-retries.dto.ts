import { MAX_ATTEMPTS } from '../../../engine/index.js';
import { OptionalText, RequiredInt } from '../../requests/fields.js';
import { JobData } from '../job-fields.js';

/** Another number of automatic attempts. */
export class UpdateJobRetriesData extends JobData {
  @RequiredInt('Attempts from now on, the one that is queued or runs included.', 0, MAX_ATTEMPTS)
  retries!: number;

  @OptionalText('Why, for the audit trail.')
  comment?: string;
}
