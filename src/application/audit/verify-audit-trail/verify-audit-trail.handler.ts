import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { done, type Answer } from '../../../contract/answer.js';
import { AuditStore } from '../../ports/stores.js';
import { VerifyAuditTrailQuery } from './verify-audit-trail.command.js';

@CommandHandler(VerifyAuditTrailQuery)
export class VerifyAuditTrailHandler implements ICommandHandler<VerifyAuditTrailQuery, Answer> {
  constructor(private readonly audit: AuditStore) {}

  async execute({ caller }: VerifyAuditTrailQuery): Promise<Answer> {
    const verification = await this.audit.verify(caller.tenantId);
    const { valid, firstInvalid } = verification;
    const message = valid
      ? 'The audit trail is intact.'
      : `The audit trail was tampered with: entry ${firstInvalid?.id ?? ''}, ${firstInvalid?.reason ?? ''}.`;
    return done(message, verification);
  }
}
