import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { ApproveData } from './approve.dto.js';

/** Agrees to a command that somebody else has asked for, which is then executed. */
@ApiCommand({
  name: 'ApproveCommand',
  permission: 'approval:decide',
  aliases: { id: 'approvalId' },
  data: ApproveData,
  summary: 'Agree to a command that somebody else has asked for, which is then executed.',
  kind: 'command',
})
export class ApproveCommand extends ApiRequest<ApproveData> {}
