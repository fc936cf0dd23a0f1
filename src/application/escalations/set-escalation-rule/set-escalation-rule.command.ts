import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { SetEscalationRuleData } from './set-escalation-rule.dto.js';

/** Say when the tenant is told of groups of failures that nobody looks after. */
@ApiCommand({
  name: 'SetEscalationRuleCommand',
  permission: 'policy:write',
  data: SetEscalationRuleData,
  summary: 'Say when the tenant is told of groups of failures that nobody looks after.',
  kind: 'command',
})
export class SetEscalationRuleCommand extends ApiRequest<SetEscalationRuleData> {}
