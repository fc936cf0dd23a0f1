import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { done, type Answer } from '../../../contract/answer.js';
import { claimOf } from '../../caller.js';
import { Clock } from '../../ports/clock.js';
import { EscalationStore } from '../../ports/escalations.js';
import { RequestAudit } from '../../request-audit.js';
import { originOf } from '../../requests/origin-of.js';
import { RemoveEscalationRuleCommand } from './remove-escalation-rule.command.js';

@CommandHandler(RemoveEscalationRuleCommand)
export class RemoveEscalationRuleHandler implements ICommandHandler<RemoveEscalationRuleCommand, Answer> {
  constructor(
    private readonly rules: EscalationStore,
    private readonly audit: RequestAudit,
    private readonly clock: Clock,
  ) {}

  async execute({ data, caller }: RemoveEscalationRuleCommand): Promise<Answer> {
    const origin = originOf(caller, 'RemoveEscalationRule', this.clock.now(), { comment: data.comment });
    const removed = await this.rules.remove(caller.tenantId, this.audit.entry(origin, 'succeeded'), claimOf(caller));
    if (!removed) return this.audit.refuse(origin, 'There is no such rule.', null, '404');
    this.audit.written();
    return done('Escalation rule removed.', null);
  }
}
