import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { VerifyAuditTrailData } from './verify-audit-trail.dto.js';

/** Check that no entry of the audit trail was altered, inserted or removed. */
@ApiCommand({
  name: 'VerifyAuditTrailQuery',
  permission: 'audit:read',
  data: VerifyAuditTrailData,
  summary: 'Check that no entry of the audit trail was altered, inserted or removed.',
  kind: 'query',
})
export class VerifyAuditTrailQuery extends ApiRequest<VerifyAuditTrailData> {}
