import { OptionalText, RequiredId } from '../requests/fields.js';

/** Which batch, and why. */
export class BatchData {
  @RequiredId('The batch.')
  batchId!: string | number;

  @OptionalText('Why, for the audit trail.')
  comment?: string;

  @OptionalText('The same key again gives the same answer, once done.', 255)
  idempotencyKey?: string;
}

/** Other names of the fields. */
export const BATCH_ALIASES = { id: 'batchId' } as const;
