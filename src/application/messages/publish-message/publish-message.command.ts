import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { PublishMessageData } from './publish-message.dto.js';

/** Brings a message to all that wait for it, starts what it starts, and keeps it for its time to live. */
@ApiCommand({
  name: 'PublishMessageCommand',
  permission: 'message:publish',
  data: PublishMessageData,
  summary: 'Bring a message to all that wait for it, start what it starts, and keep it for its time to live.',
  kind: 'command',
})
export class PublishMessageCommand extends ApiRequest<PublishMessageData> {}
