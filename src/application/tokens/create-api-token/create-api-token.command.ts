import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { CreateApiTokenData } from './create-api-token.dto.js';

/** Make a token for a program; its secret is shown in this one answer. */
@ApiCommand({
  name: 'CreateApiTokenCommand',
  permission: 'token:write',
  data: CreateApiTokenData,
  summary: 'Make a token for a program; its secret is shown in this one answer.',
  kind: 'command',
  secretAnswer: true,
})
export class CreateApiTokenCommand extends ApiRequest<CreateApiTokenData> {}
