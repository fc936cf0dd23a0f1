import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { RemoveLimitData } from './remove-limit.dto.js';

/** Takes a limit away: what waits for it goes on. */
@ApiCommand({
  name: 'RemoveLimitCommand',
  permission: 'limit:write',
  data: RemoveLimitData,
  summary: 'Take a limit away: what waits for it goes on.',
  kind: 'command',
})
export class RemoveLimitCommand extends ApiRequest<RemoveLimitData> {}
