import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { BATCH_ALIASES, BatchData } from '../batch-data.js';

/** Ends a batch: nothing more begins. */
@ApiCommand({
  name: 'AbortBatchCommand',
  permission: 'batch:write',
  aliases: BATCH_ALIASES,
  data: BatchData,
  summary: 'End a batch: nothing more begins.',
  kind: 'command',
})
export class AbortBatchCommand extends ApiRequest<BatchData> {}
