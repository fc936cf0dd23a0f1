import { OptionalInt } from '../../requests/fields.js';
import { BatchPlanData } from '../batch-plan.js';

/** A batch that may be started later: the very data of its start. */
export class PreviewBatchData extends BatchPlanData {
  @OptionalInt('So many of the first items are tried in a dry run. 5 without it.', 0, 50)
  samples?: number;
}
