import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { GetApprovalsData } from './get-approvals.dto.js';

/** Commands that wait for a second person, and what became of others; the newest first. */
@ApiCommand({
  name: 'GetApprovalsQuery',
  permission: 'instance:read',
  data: GetApprovalsData,
  summary: 'Commands that wait for a second person, and what became of others; the newest first.',
  kind: 'query',
})
export class GetApprovalsQuery extends ApiRequest<GetApprovalsData> {}
