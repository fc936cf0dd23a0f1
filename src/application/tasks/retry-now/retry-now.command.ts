import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { INSTANCE_ALIASES } from '../../requests/fields.js';
import { RetryNowData } from './retry-now.dto.js';

/** Attempts a task that waits for its next automatic attempt now. */
@ApiCommand({
  name: 'RetryNowCommand',
  permission: 'task:retry',
  aliases: INSTANCE_ALIASES,
  data: RetryNowData,
  summary: 'Attempt a task that waits for its next automatic attempt now.',
  kind: 'command',
})
export class RetryNowCommand extends ApiRequest<RetryNowData> {}
