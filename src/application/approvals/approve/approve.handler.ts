import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { done, refused, type Answer } from '../../../contract/answer.js';
import type { JsonObject } from '../../../engine/index.js';
import type { Caller } from '../../caller.js';
import { ApprovalStore, type Approval } from '../../ports/approvals.js';
import { Clock } from '../../ports/clock.js';
import { RequestAudit } from '../../request-audit.js';
import { originOf } from '../../requests/origin-of.js';
import type { CommandOrigin } from '../../session/origin.js';
import { approvalIdOf } from '../approval-view.js';
import { ApprovableCommands } from '../approvable.js';
import { ApproveCommand } from './approve.command.js';

@CommandHandler(ApproveCommand)
export class ApproveHandler implements ICommandHandler<ApproveCommand, Answer> {
  constructor(
    private readonly approvals: ApprovalStore,
    private readonly commands: ApprovableCommands,
    private readonly audit: RequestAudit,
    private readonly clock: Clock,
  ) {}

  async execute({ data, caller }: ApproveCommand): Promise<Answer> {
    const now = this.clock.now();
    const id = approvalIdOf(data.approvalId);
    const found = id === null ? null : await this.approvals.find(caller.tenantId, id, new Date(now));
    const detail = { approvalId: id ?? String(data.approvalId), ...(found && { command: found.command }) };
    const origin = originOf(caller, 'Approve', now, { comment: data.comment, detail });
    if (!found) return this.audit.refuse(origin, `Approval '${data.approvalId}' not found.`, null, '99');
    this.commands.of(found.command, caller);
    const refusal = await this.refuse(found, origin);
    if (refusal) return refusal;
    if (found.status === 'pending') {
      const decision = { status: 'approved' as const, by: caller.actor.id, at: new Date(now), comment: data.comment ?? null };
      const subject = { instanceGuid: found.instanceGuid ?? undefined };
      const decided = await this.approvals.decide(
        caller.tenantId,
        found.id,
        decision,
        this.audit.entry(origin, 'succeeded', subject),
      );
      if (!decided)
        return this.decidedBefore((await this.approvals.find(caller.tenantId, found.id, new Date(now))) ?? found, origin);
      this.audit.written();
    }
    return this.executed(found, caller);
  }

  /** One that was approved by a server that died before it executed the command is taken up by whoever approves it again. */
  private async refuse(found: Approval, origin: CommandOrigin): Promise<Answer | null> {
    if (found.requestedBy === origin.caller.actor.id) {
      const message = 'Expected a second person to agree, but this is the one who asked.';
      return this.audit.refuse(origin, message, { requestedBy: found.requestedBy }, '99');
    }
    return found.status === 'pending' || found.status === 'approved' ? null : this.decidedBefore(found, origin);
  }

  private decidedBefore({ status, decidedBy, expiresAt }: Approval, origin: CommandOrigin): Promise<Answer> {
    const how = status === 'expired' ? `It expired at ${expiresAt.toISOString()}.` : `Current status: ${status}`;
    return this.audit.refuse(origin, `Expected the approval to be pending. ${how}`, { currentStatus: status, decidedBy }, '99');
  }

  private async executed({ id, command, data, requestedBy }: Approval, caller: Caller): Promise<Answer> {
    const approver: Caller = { ...caller, approval: { approvalId: id, requestedBy } };
    const answer = await this.commands.execute(this.commands.of(command, caller), data, approver);
    const status = answer.isSuccessful ? ('executed' as const) : ('refused' as const);
    await this.approvals.conclude(caller.tenantId, id, status, answer as unknown as JsonObject);
    const view = { approvalId: String(id), status, command, requestedBy, answer };
    return answer.isSuccessful
      ? done(`Approved. ${answer.message}`, view)
      : refused(`Approved, but the command was not done: ${answer.message}`, view, answer.statusCode);
  }
}
