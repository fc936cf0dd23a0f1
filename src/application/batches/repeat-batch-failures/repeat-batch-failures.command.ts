import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { RepeatBatchFailuresData } from './repeat-batch-failures.dto.js';

/** Does a batch again, on those of its items that have not recovered. */
@ApiCommand({
  name: 'RepeatBatchFailuresCommand',
  permission: 'batch:write',
  aliases: { id: 'batchId', comment: 'reason' },
  data: RepeatBatchFailuresData,
  summary: 'Do a batch again, on those of its items that have not recovered.',
  kind: 'command',
})
export class RepeatBatchFailuresCommand extends ApiRequest<RepeatBatchFailuresData> {}
