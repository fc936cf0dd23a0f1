import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { INSTANCE_ALIASES } from '../../requests/fields.js';
import { RetryFailedTaskData } from './retry-failed-task.dto.js';

/** Executes a failed task again, with corrected variables. */
@ApiCommand({
  name: 'RetryFailedTaskCommand',
  permission: 'task:retry',
  aliases: INSTANCE_ALIASES,
  data: RetryFailedTaskData,
  summary: 'Execute a failed task again, with corrected variables.',
  kind: 'command',
})
export class RetryFailedTaskCommand extends ApiRequest<RetryFailedTaskData> {}
