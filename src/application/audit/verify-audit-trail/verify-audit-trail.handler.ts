import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { TrustedKeys } from '../../../audit-proof/audit-key.js';
import { checkpointOf, isSigned } from '../../../audit-proof/checkpoint.js';
import { done, type Answer } from '../../../contract/answer.js';
import type { AuditCheckpoint } from '../../../contract/audit-checkpoint.js';
import { AuditSigner } from '../../ports/audit-chain.js';
import { AuditStore, type AuditVerification } from '../../ports/stores.js';
import { textsOf } from '../../requests/field-values.js';
import { invalidField } from '../../requests/invalid-request.js';
import { VerifyAuditTrailQuery } from './verify-audit-trail.command.js';
import type { VerifyAuditTrailData } from './verify-audit-trail.dto.js';

const NOT_SIGNED = 'The checkpoint is not signed by a trusted key';

@CommandHandler(VerifyAuditTrailQuery)
export class VerifyAuditTrailHandler implements ICommandHandler<VerifyAuditTrailQuery, Answer> {
  constructor(
    private readonly audit: AuditStore,
    private readonly signer: AuditSigner,
  ) {}

  async execute({ data, caller: { tenantId } }: VerifyAuditTrailQuery): Promise<Answer> {
    const trusted = this.trustedKeys(data);
    const checkpoint = givenCheckpoint(data, tenantId);
    if (checkpoint === null || isSigned(checkpoint, trusted))
      return answer(await this.audit.verify(tenantId, { trusted, checkpoint }));
    const verification = await this.audit.verify(tenantId, { trusted, checkpoint: null });
    const firstInvalid = verification.firstInvalid ?? { id: checkpoint.lastEntryId, reason: NOT_SIGNED };
    return answer({ ...verification, valid: false, firstInvalid });
  }

  private trustedKeys(data: VerifyAuditTrailData): TrustedKeys {
    const { key, advice } = this.signer;
    const given = textsOf(data.trustedKeys) ?? (key === null ? [] : [key.publicKey]);
    if (data.checkpoint !== undefined && given.length === 0)
      throw invalidField('trustedKeys', 'required', `trustedKeys must say whose checkpoint it is. ${advice}`);
    try {
      return new TrustedKeys(given);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw invalidField('trustedKeys', 'key', `trustedKeys: ${error.message}`);
    }
  }
}

function givenCheckpoint(data: VerifyAuditTrailData, tenantId: string): AuditCheckpoint | null {
  if (data.checkpoint === undefined) return null;
  const checkpoint = checkpointOf(data.checkpoint);
  if (checkpoint === null) throw invalidField('checkpoint', 'shape', 'checkpoint must be as GetAuditCheckpoint has answered it');
  if (checkpoint.tenantId === tenantId) return checkpoint;
  throw invalidField('checkpoint', 'tenant', `checkpoint must be of tenant '${tenantId}', but is of '${checkpoint.tenantId}'`);
}

function answer(verification: AuditVerification): Answer {
  const { valid, firstInvalid } = verification;
  if (valid) return done('The audit trail is intact.', verification);
  const found = `entry ${firstInvalid?.id ?? ''}, ${firstInvalid?.reason ?? ''}.`;
  const isUnknown = firstInvalid?.reason === NOT_SIGNED;
  return done(isUnknown ? `${NOT_SIGNED}.` : `The audit trail was tampered with: ${found}`, verification);
}
