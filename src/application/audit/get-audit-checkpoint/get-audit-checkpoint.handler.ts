import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { signCheckpoint } from '../../../audit-proof/checkpoint.js';
import { done, type Answer } from '../../../contract/answer.js';
import { AuditChain, AuditSigner } from '../../ports/audit-chain.js';
import { Clock } from '../../ports/clock.js';
import { RequestAudit } from '../../request-audit.js';
import { originOf } from '../../requests/origin-of.js';
import { GetAuditCheckpointQuery } from './get-audit-checkpoint.command.js';

const NOTHING_SEALED = 'Nothing of the audit trail is sealed yet. Try again in a moment.';

@CommandHandler(GetAuditCheckpointQuery)
export class GetAuditCheckpointHandler implements ICommandHandler<GetAuditCheckpointQuery, Answer> {
  constructor(
    private readonly chain: AuditChain,
    private readonly signer: AuditSigner,
    private readonly audit: RequestAudit,
    private readonly clock: Clock,
  ) {}

  async execute({ caller }: GetAuditCheckpointQuery): Promise<Answer> {
    const now = this.clock.now();
    const origin = originOf(caller, 'GetAuditCheckpoint', now);
    const { key, advice } = this.signer;
    if (key === null) return this.audit.refuse(origin, advice, null, '99');
    const seal = await this.chain.newestSeal(caller.tenantId);
    if (seal === null) return this.audit.refuse(origin, NOTHING_SEALED, null, '99');
    const checkpoint = signCheckpoint(key, seal, new Date(now).toISOString());
    const { sealNo, hash, keyId } = checkpoint;
    await this.audit.record({ ...origin, detail: { sealNo, hash, keyId } }, 'succeeded');
    return done('Audit checkpoint signed successfully', checkpoint);
  }
}
