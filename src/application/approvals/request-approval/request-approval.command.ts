import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { RequestApprovalData } from './request-approval.dto.js';

/** Asks a second person to agree to a command; what it would do is shown to both. */
@ApiCommand({
  name: 'RequestApprovalCommand',
  permission: 'approval:request',
  aliases: { command: 'cmd' },
  data: RequestApprovalData,
  summary: 'Ask a second person to agree to a command; what it would do is shown to both.',
  kind: 'command',
})
export class RequestApprovalCommand extends ApiRequest<RequestApprovalData> {}
