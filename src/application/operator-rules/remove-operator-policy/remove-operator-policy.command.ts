import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { RemoveOperatorPolicyData } from './remove-operator-policy.dto.js';

/** Takes a policy away: what a less specific one says counts again. */
@ApiCommand({
  name: 'RemoveOperatorPolicyCommand',
  permission: 'policy:write',
  data: RemoveOperatorPolicyData,
  summary: 'Take a policy away: what a less specific one says counts again.',
  kind: 'command',
})
export class RemoveOperatorPolicyCommand extends ApiRequest<RemoveOperatorPolicyData> {}
