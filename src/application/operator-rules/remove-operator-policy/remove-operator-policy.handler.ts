import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { done, type Answer } from '../../../contract/answer.js';
import { claimOf } from '../../caller.js';
import { Clock } from '../../ports/clock.js';
import { OperatorPolicyStore } from '../../ports/operator-policies.js';
import { RequestAudit } from '../../request-audit.js';
import { originOf } from '../../requests/origin-of.js';
import { RemoveOperatorPolicyCommand } from './remove-operator-policy.command.js';

@CommandHandler(RemoveOperatorPolicyCommand)
export class RemoveOperatorPolicyHandler implements ICommandHandler<RemoveOperatorPolicyCommand, Answer> {
  constructor(
    private readonly policies: OperatorPolicyStore,
    private readonly audit: RequestAudit,
    private readonly clock: Clock,
  ) {}

  async execute({ data, caller }: RemoveOperatorPolicyCommand): Promise<Answer> {
    const scope = { processKey: data.processKey ?? null, taskId: data.taskId ?? null };
    const origin = originOf(caller, 'RemoveOperatorPolicy', this.clock.now(), { comment: data.comment, detail: scope });
    const entry = this.audit.entry(origin, 'succeeded', { processKey: data.processKey });
    const removed = await this.policies.remove(caller.tenantId, scope, entry, claimOf(caller));
    if (!removed) return this.audit.refuse(origin, 'There is no such policy.', null, '404');
    this.audit.written();
    return done('Policy removed.', scope);
  }
}
