import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { INSTANCE_ALIASES } from '../../requests/fields.js';
import { SkipFailedTaskData } from './skip-failed-task.dto.js';

/** Passes over a failed task with a stated result. */
@ApiCommand({
  name: 'SkipFailedTaskCommand',
  permission: 'task:skip',
  aliases: { ...INSTANCE_ALIASES, updatedVariables: 'additionalData', outputs: 'additionalData' },
  data: SkipFailedTaskData,
  summary: 'Pass over a failed task with a stated result.',
  kind: 'command',
})
export class SkipFailedTaskCommand extends ApiRequest<SkipFailedTaskData> {}
