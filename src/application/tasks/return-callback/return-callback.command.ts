import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { ReturnCallbackData } from './return-callback.dto.js';

/** Hands in the result, or the failure, of work outside that a task waits for. */
@ApiCommand({
  name: 'ReturnCallbackCommand',
  permission: 'instance:signal',
  data: ReturnCallbackData,
  summary: 'Hand in the result, or the failure, of work outside that a task waits for.',
  kind: 'command',
})
export class ReturnCallbackCommand extends ApiRequest<ReturnCallbackData> {}
