import { OptionalFlag } from '../requests/fields.js';
import { GetAuditTrailData } from './get-audit-trail/get-audit-trail.dto.js';

/** The query of an export: that of the trail (without pages, which an export has none of), and whether it is to prove itself. */
export class AuditExportData extends GetAuditTrailData {
  @OptionalFlag('As NDJSON: with the seals and a signed checkpoint, so that it can be verified without the server.')
  proof?: boolean;
}
