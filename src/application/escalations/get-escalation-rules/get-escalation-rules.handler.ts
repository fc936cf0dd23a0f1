import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { done, type Answer } from '../../../contract/answer.js';
import { EscalationStore } from '../../ports/escalations.js';
import { ruleView } from '../rule-view.js';
import { GetEscalationRulesQuery } from './get-escalation-rules.command.js';

@CommandHandler(GetEscalationRulesQuery)
export class GetEscalationRulesHandler implements ICommandHandler<GetEscalationRulesQuery, Answer> {
  constructor(private readonly rules: EscalationStore) {}

  async execute({ caller }: GetEscalationRulesQuery): Promise<Answer> {
    const rule = await this.rules.find(caller.tenantId);
    return done('Escalation rules retrieved successfully', { items: rule === null ? [] : [ruleView(rule)] });
  }
}
