import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { GetAuditCheckpointData } from './get-audit-checkpoint.dto.js';

/** A signed statement of where the audit chain ends now, to be kept outside of the database. */
@ApiCommand({
  name: 'GetAuditCheckpointQuery',
  permission: 'audit:read',
  data: GetAuditCheckpointData,
  summary: 'A signed statement of where the audit chain ends now, to be kept outside of the database.',
  kind: 'query',
})
export class GetAuditCheckpointQuery extends ApiRequest<GetAuditCheckpointData> {}
