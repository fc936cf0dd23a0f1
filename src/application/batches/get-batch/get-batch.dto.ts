import { RequiredId } from '../../requests/fields.js';

/** Which batch is asked for. */
export class GetBatchData {
  @RequiredId('The batch.')
  batchId!: string | number;
}
