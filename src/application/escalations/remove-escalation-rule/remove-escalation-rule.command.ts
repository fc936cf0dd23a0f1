import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { RemoveEscalationRuleData } from './remove-escalation-rule.dto.js';

/** Tell of neglected groups of failures no more. */
@ApiCommand({
  name: 'RemoveEscalationRuleCommand',
  permission: 'policy:write',
  data: RemoveEscalationRuleData,
  summary: 'Tell of neglected groups of failures no more.',
  kind: 'command',
})
export class RemoveEscalationRuleCommand extends ApiRequest<RemoveEscalationRuleData> {}
