import type { JsonObject } from '../../../engine/index.js';
import { OptionalText, OptionalTexts, OptionalVariables, RequiredId } from '../../requests/fields.js';
import { BatchOptionsData } from '../batch-options.js';

const STATES = ['failed-again', 'still-running', 'interrupted', 'refused', 'not-attempted'] as const;

/** Which batch is repeated, and what is other than it was; what is not given stays. */
export class RepeatBatchFailuresData extends BatchOptionsData {
  @RequiredId('The batch; it must have ended, or stopped.')
  batchId!: string | number;

  @OptionalTexts('Items that ended like this. `failed-again` without it.', STATES)
  states?: string[];

  @OptionalVariables('In place of the parameters of the batch.')
  parameters?: JsonObject;

  @OptionalText('Why, for the audit trail of the batch and of each item.')
  reason?: string;

  @OptionalText('The same key again gives the same answer, once done.', 255)
  idempotencyKey?: string;
}
