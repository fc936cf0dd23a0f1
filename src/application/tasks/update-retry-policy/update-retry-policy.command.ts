import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { INSTANCE_ALIASES } from '../../requests/fields.js';
import { UpdateRetryPolicyData } from './update-retry-policy.dto.js';

/** Changes how often and when one task of one instance is attempted. */
@ApiCommand({
  name: 'UpdateRetryPolicyCommand',
  permission: 'task:retry',
  aliases: INSTANCE_ALIASES,
  data: UpdateRetryPolicyData,
  summary: 'Change how often and when one task is attempted.',
  kind: 'command',
})
export class UpdateRetryPolicyCommand extends ApiRequest<UpdateRetryPolicyData> {}
