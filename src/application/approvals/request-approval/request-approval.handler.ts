import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { done, type Answer } from '../../../contract/answer.js';
import type { JsonObject } from '../../../engine/index.js';
import { claimOf } from '../../caller.js';
import { ApprovalStore } from '../../ports/approvals.js';
import { Clock } from '../../ports/clock.js';
import { InstanceStore } from '../../ports/instance-store.js';
import { RequestAudit } from '../../request-audit.js';
import { originOf } from '../../requests/origin-of.js';
import { EngineSession } from '../../session/engine-session.js';
import { approvalView } from '../approval-view.js';
import { ApprovableCommands } from '../approvable.js';
import { RequestApprovalCommand } from './request-approval.command.js';

/** How long a request waits for somebody, in ms. */
const EXPIRES_MS = 86_400_000;

@CommandHandler(RequestApprovalCommand)
export class RequestApprovalHandler implements ICommandHandler<RequestApprovalCommand, Answer> {
  constructor(
    private readonly approvals: ApprovalStore,
    private readonly commands: ApprovableCommands,
    private readonly session: EngineSession,
    private readonly ids: InstanceStore,
    private readonly audit: RequestAudit,
    private readonly clock: Clock,
  ) {}

  async execute({ data, caller }: RequestApprovalCommand): Promise<Answer> {
    const spec = this.commands.of(data.cmd, caller);
    const id = this.ids.nextId();
    const now = this.clock.now();
    const wanted = await this.asItStands(this.commands.withReason(spec, data.data, data.reason), caller.tenantId);
    const instanceGuid = typeof wanted['instanceGuid'] === 'string' ? wanted['instanceGuid'] : undefined;
    const said = { comment: data.reason, detail: { approvalId: id, command: spec.name } };
    const origin = originOf(caller, 'RequestApproval', now, said);
    const preview = await this.commands.preview(spec, wanted, caller, id);
    const dryRun = (preview.data ?? {}) as JsonObject;
    if (!preview.isSuccessful)
      return this.audit.refuse(origin, preview.message, preview.data, preview.statusCode, { instanceGuid });
    if (dryRun['allowed'] === false)
      return this.audit.refuse(origin, `The command would be refused: ${String(dryRun['reason'])}`, dryRun, '99', {
        instanceGuid,
      });
    const approval = {
      id,
      command: spec.name,
      data: wanted,
      instanceGuid: instanceGuid ?? null,
      reason: data.reason,
      dryRun,
      requestedBy: caller.actor.id,
      requestedAt: new Date(now),
      expiresAt: new Date(now + (data.expiresInMs ?? EXPIRES_MS)),
    };
    const entry = this.audit.entry(origin, 'succeeded', { instanceGuid });
    await this.approvals.insert(caller.tenantId, approval, entry, claimOf(caller));
    this.audit.written();
    const pending = { ...approval, status: 'pending' as const, decidedBy: null, decidedAt: null, comment: null, answer: null };
    return done('Approval requested: a second person decides with ApproveCommand or RejectCommand.', approvalView(pending));
  }

  /** What was shown is what is agreed to: the command is refused should the instance move on before. */
  private async asItStands(data: JsonObject, tenantId: string): Promise<JsonObject> {
    const guid = data['instanceGuid'] ?? data['instanceId'] ?? data['processInstanceId'];
    if (typeof guid !== 'string' || data['expectedVersion'] !== undefined) return data;
    const instance = await this.session.read({ tenantId, guid });
    return { ...data, instanceGuid: guid, ...(instance && { expectedVersion: instance.state.version }) };
  }
}
