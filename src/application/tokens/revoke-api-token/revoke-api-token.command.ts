import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { RevokeApiTokenData } from './revoke-api-token.dto.js';

/** End an API token for good. */
@ApiCommand({
  name: 'RevokeApiTokenCommand',
  permission: 'token:write',
  aliases: { tokenId: 'id' },
  data: RevokeApiTokenData,
  summary: 'End an API token for good.',
  kind: 'command',
})
export class RevokeApiTokenCommand extends ApiRequest<RevokeApiTokenData> {}
