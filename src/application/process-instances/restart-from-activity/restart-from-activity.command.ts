import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { INSTANCE_ALIASES } from '../../requests/fields.js';
import { RestartFromActivityData } from './restart-from-activity.dto.js';

/** Begins a new instance at an activity of another one. */
@ApiCommand({
  name: 'RestartFromActivityCommand',
  permission: 'instance:start',
  aliases: { ...INSTANCE_ALIASES, taskId: 'activityId', updatedVariables: 'variables' },
  data: RestartFromActivityData,
  summary: 'Begin a new instance at an activity of one that has ended or is in error, with its variables of that time.',
  kind: 'command',
})
export class RestartFromActivityCommand extends ApiRequest<RestartFromActivityData> {}
