import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { BATCH_ALIASES, BatchData } from '../batch-data.js';

/** Lets a paused or stopped batch go on, whatever its canaries said. */
@ApiCommand({
  name: 'ResumeBatchCommand',
  permission: 'batch:write',
  aliases: BATCH_ALIASES,
  data: BatchData,
  summary: 'Let a paused or stopped batch go on, whatever its canaries said.',
  kind: 'command',
})
export class ResumeBatchCommand extends ApiRequest<BatchData> {}
