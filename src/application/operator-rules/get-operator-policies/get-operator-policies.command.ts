import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { GetOperatorPoliciesData } from './get-operator-policies.dto.js';

/** What operators may do, the least specific policies first. */
@ApiCommand({
  name: 'GetOperatorPoliciesQuery',
  permission: 'instance:read',
  data: GetOperatorPoliciesData,
  summary: 'What operators may do, the least specific policies first.',
  kind: 'query',
})
export class GetOperatorPoliciesQuery extends ApiRequest<GetOperatorPoliciesData> {}
