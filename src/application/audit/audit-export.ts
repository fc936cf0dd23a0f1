import { Injectable } from '@nestjs/common';
import type { AuditEntry } from '../../contract/audit-entry.js';
import type { Caller } from '../caller.js';
import { AuditStore } from '../ports/stores.js';
import { auditFilterOf, type AuditFilterData } from './audit-filter.js';

/** The audit trail as a stream, for exports. Whether the caller may read it is checked by who calls this. */
@Injectable()
export class AuditExport {
  constructor(private readonly audit: AuditStore) {}

  /** All entries of the caller's tenant that match, oldest first, at constant memory. */
  export(caller: Caller, filter: AuditFilterData): AsyncIterable<AuditEntry> {
    return this.audit.stream(caller.tenantId, auditFilterOf(filter));
  }
}
