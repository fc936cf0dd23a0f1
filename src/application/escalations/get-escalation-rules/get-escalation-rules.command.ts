import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { GetEscalationRulesData } from './get-escalation-rules.dto.js';

/** When the tenant is told of groups of failures that nobody looks after. */
@ApiCommand({
  name: 'GetEscalationRulesQuery',
  permission: 'instance:read',
  data: GetEscalationRulesData,
  summary: 'When the tenant is told of groups of failures that nobody looks after.',
  kind: 'query',
})
export class GetEscalationRulesQuery extends ApiRequest<GetEscalationRulesData> {}
