import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { RejectData } from './reject.dto.js';

/** Does not agree to a command that somebody has asked for; who has asked takes it back this way. */
@ApiCommand({
  name: 'RejectCommand',
  permission: 'approval:decide',
  aliases: { id: 'approvalId', reason: 'comment' },
  data: RejectData,
  summary: 'Do not agree to a command that somebody has asked for; who has asked takes it back this way.',
  kind: 'command',
})
export class RejectCommand extends ApiRequest<RejectData> {}
