import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { INSTANCE_ALIASES } from '../../requests/fields.js';
import { GetProcessInstanceHistoryData } from './get-process-instance-history.dto.js';

/** What has been of an instance: every visit with its attempts, and the variables that it changed. */
@ApiCommand({
  name: 'GetProcessInstanceHistoryQuery',
  permission: 'instance:read',
  aliases: INSTANCE_ALIASES,
  data: GetProcessInstanceHistoryData,
  summary: 'Every visit with its attempts, input, output and changes of variables, in the order of entering.',
  kind: 'query',
})
export class GetProcessInstanceHistoryQuery extends ApiRequest<GetProcessInstanceHistoryData> {}
