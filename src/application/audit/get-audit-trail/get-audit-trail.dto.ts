import { OptionalInt, OptionalText } from '../../requests/fields.js';
import { AuditFilterData } from '../audit-filter.js';

/** CONTRACT section 7. */
export class GetAuditTrailData extends AuditFilterData {
  @OptionalInt('50 without it.', 1, 1_000)
  pageSize?: number;

  @OptionalText('From the answer before.', 500)
  cursor?: string;
}
