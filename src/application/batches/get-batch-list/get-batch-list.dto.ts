import { OptionalChoice, OptionalInt, OptionalTexts } from '../../requests/fields.js';
import { BATCH_KIND_NAMES } from '../batch-kinds.js';

const STATUSES = ['running', 'paused', 'stopped', 'aborting', 'aborted', 'completed'] as const;

/** Which batches are asked for. */
export class GetBatchListData {
  @OptionalTexts('Only in these states.', STATUSES)
  status?: string[];

  @OptionalChoice('Only of this kind.', BATCH_KIND_NAMES)
  kind?: string;

  @OptionalInt('From 1.', 1, 1_000_000)
  pageNumber?: number;

  @OptionalInt('20 without it.', 1, 100)
  pageSize?: number;
}
