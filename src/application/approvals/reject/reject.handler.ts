import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { done, type Answer } from '../../../contract/answer.js';
import { ApprovalStore } from '../../ports/approvals.js';
import { Clock } from '../../ports/clock.js';
import { RequestAudit } from '../../request-audit.js';
import { originOf } from '../../requests/origin-of.js';
import { approvalIdOf } from '../approval-view.js';
import { RejectCommand } from './reject.command.js';

@CommandHandler(RejectCommand)
export class RejectHandler implements ICommandHandler<RejectCommand, Answer> {
  constructor(
    private readonly approvals: ApprovalStore,
    private readonly audit: RequestAudit,
    private readonly clock: Clock,
  ) {}

  async execute({ data, caller }: RejectCommand): Promise<Answer> {
    const now = this.clock.now();
    const id = approvalIdOf(data.approvalId);
    const found = id === null ? null : await this.approvals.find(caller.tenantId, id, new Date(now));
    const detail = { approvalId: id ?? String(data.approvalId), ...(found && { command: found.command }) };
    const origin = originOf(caller, 'Reject', now, { comment: data.comment, detail });
    if (!found) return this.audit.refuse(origin, `Approval '${data.approvalId}' not found.`, null, '99');
    const decision = { status: 'rejected' as const, by: caller.actor.id, at: new Date(now), comment: data.comment };
    const entry = this.audit.entry(origin, 'succeeded', { instanceGuid: found.instanceGuid ?? undefined });
    if (found.status !== 'pending' || !(await this.approvals.decide(caller.tenantId, found.id, decision, entry))) {
      const status = (await this.approvals.find(caller.tenantId, found.id, new Date(now)))?.status ?? found.status;
      return this.audit.refuse(
        origin,
        `Expected the approval to be pending. Current status: ${status}`,
        { currentStatus: status },
        '99',
      );
    }
    this.audit.written();
    return done('Rejected: the command is not done.', {
      approvalId: String(found.id),
      status: 'rejected',
      comment: data.comment,
    });
  }
}
