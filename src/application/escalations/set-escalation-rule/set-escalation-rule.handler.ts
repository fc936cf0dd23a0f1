import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { done, type Answer } from '../../../contract/answer.js';
import { claimOf } from '../../caller.js';
import { Clock } from '../../ports/clock.js';
import { EscalationStore } from '../../ports/escalations.js';
import { RequestAudit } from '../../request-audit.js';
import { originOf } from '../../requests/origin-of.js';
import { ruleView } from '../rule-view.js';
import { SetEscalationRuleCommand } from './set-escalation-rule.command.js';

const DAY_MS = 86_400_000;

@CommandHandler(SetEscalationRuleCommand)
export class SetEscalationRuleHandler implements ICommandHandler<SetEscalationRuleCommand, Answer> {
  constructor(
    private readonly rules: EscalationStore,
    private readonly audit: RequestAudit,
    private readonly clock: Clock,
  ) {}

  async execute({ data, caller }: SetEscalationRuleCommand): Promise<Answer> {
    const { olderThanMs, minCount = 1, repeatEveryMs = DAY_MS, comment = null } = data;
    const now = this.clock.now();
    const detail = { olderThanMs, minCount, repeatEveryMs };
    const origin = originOf(caller, 'SetEscalationRule', now, { comment: data.comment, detail });
    const rule = { ...detail, comment, setBy: caller.actor.id, setAt: new Date(now) };
    await this.rules.set(caller.tenantId, rule, this.audit.entry(origin, 'succeeded'), claimOf(caller));
    this.audit.written();
    return done('Escalation rule set.', ruleView(rule));
  }
}
