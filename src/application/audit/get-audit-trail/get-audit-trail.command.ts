import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { INSTANCE_ALIASES } from '../../requests/fields.js';
import { GetAuditTrailData } from './get-audit-trail.dto.js';

/** Who did what, and what was decided by itself; newest first. */
@ApiCommand({
  name: 'GetAuditTrailQuery',
  permission: 'audit:read',
  aliases: INSTANCE_ALIASES,
  data: GetAuditTrailData,
  summary: 'Who did what, and what was decided by itself; newest first.',
  kind: 'query',
})
export class GetAuditTrailQuery extends ApiRequest<GetAuditTrailData> {}
