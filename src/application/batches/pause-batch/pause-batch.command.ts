import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { BATCH_ALIASES, BatchData } from '../batch-data.js';

/** Lets a batch begin nothing more until it is resumed. */
@ApiCommand({
  name: 'PauseBatchCommand',
  permission: 'batch:write',
  aliases: BATCH_ALIASES,
  data: BatchData,
  summary: 'Let a batch begin nothing more until it is resumed.',
  kind: 'command',
})
export class PauseBatchCommand extends ApiRequest<BatchData> {}
