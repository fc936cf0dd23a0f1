import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { SetOperatorPolicyData } from './set-operator-policy.dto.js';

/** Says what operators may do with a task, a process or all of the tenant, and what a second person has to agree to. */
@ApiCommand({
  name: 'SetOperatorPolicyCommand',
  permission: 'policy:write',
  data: SetOperatorPolicyData,
  summary: 'Say what operators may do with a task, a process or all of the tenant, and what a second person has to agree to.',
  kind: 'command',
})
export class SetOperatorPolicyCommand extends ApiRequest<SetOperatorPolicyData> {}
