import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { done, type Answer } from '../../../contract/answer.js';
import { OperatorPolicyStore } from '../../ports/operator-policies.js';
import { policyView } from '../policy-view.js';
import { GetOperatorPoliciesQuery } from './get-operator-policies.command.js';

@CommandHandler(GetOperatorPoliciesQuery)
export class GetOperatorPoliciesHandler implements ICommandHandler<GetOperatorPoliciesQuery, Answer> {
  constructor(private readonly policies: OperatorPolicyStore) {}

  async execute({ data, caller }: GetOperatorPoliciesQuery): Promise<Answer> {
    const { processKey } = data;
    const all = await this.policies.list(caller.tenantId);
    const items = all.filter((policy) => processKey === undefined || policy.processKey === processKey).map(policyView);
    return done('Policies retrieved successfully', { items });
  }
}
