import { OptionalText } from '../../requests/fields.js';

/** Of the whole chain of the tenant: there is nothing to choose. */
export class GetAuditCheckpointData {
  @OptionalText('Not needed: each checkpoint is of its own moment.', 255)
  idempotencyKey?: string;
}
