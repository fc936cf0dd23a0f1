import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { INSTANCE_ALIASES } from '../../requests/fields.js';
import { PostponeRetryData } from './postpone-retry.dto.js';

/** Moves the next automatic attempt of a task to another time. */
@ApiCommand({
  name: 'PostponeRetryCommand',
  permission: 'task:retry',
  aliases: INSTANCE_ALIASES,
  data: PostponeRetryData,
  summary: 'Move the next automatic attempt of a task to another time.',
  kind: 'command',
})
export class PostponeRetryCommand extends ApiRequest<PostponeRetryData> {}
