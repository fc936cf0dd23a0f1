import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { done, type Answer } from '../../../contract/answer.js';
import { AuditStore } from '../../ports/stores.js';
import { refuseCursor } from '../../requests/invalid-request.js';
import { auditFilterOf } from '../audit-filter.js';
import { GetAuditTrailQuery } from './get-audit-trail.command.js';

const PAGE_SIZE = 50;

@CommandHandler(GetAuditTrailQuery)
export class GetAuditTrailHandler implements ICommandHandler<GetAuditTrailQuery, Answer> {
  constructor(private readonly audit: AuditStore) {}

  async execute({ data, caller }: GetAuditTrailQuery): Promise<Answer> {
    const page = await this.audit
      .query(caller.tenantId, auditFilterOf(data), data.pageSize ?? PAGE_SIZE, data.cursor ?? null)
      .catch(refuseCursor);
    return done('Audit trail retrieved successfully', page);
  }
}
