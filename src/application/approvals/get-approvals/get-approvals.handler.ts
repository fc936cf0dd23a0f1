import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { done, type Answer } from '../../../contract/answer.js';
import { pageView } from '../../page-view.js';
import { ApprovalStore, type ApprovalStatus } from '../../ports/approvals.js';
import { Clock } from '../../ports/clock.js';
import { textsOf } from '../../requests/field-values.js';
import { approvalView } from '../approval-view.js';
import { GetApprovalsQuery } from './get-approvals.command.js';

@CommandHandler(GetApprovalsQuery)
export class GetApprovalsHandler implements ICommandHandler<GetApprovalsQuery, Answer> {
  constructor(
    private readonly approvals: ApprovalStore,
    private readonly clock: Clock,
  ) {}

  async execute({ data, caller }: GetApprovalsQuery): Promise<Answer> {
    const { instanceGuid, pageNumber = 1, pageSize = 20 } = data;
    // The choices of the field are exactly the states.
    const status = textsOf(data.status) as readonly ApprovalStatus[] | undefined;
    const filter = { status, instanceGuid };
    const page = { pageNumber, pageSize };
    const { items, totalRecords } = await this.approvals.list(caller.tenantId, filter, page, new Date(this.clock.now()));
    return done('Approvals retrieved successfully', pageView(items.map(approvalView), pageNumber, pageSize, totalRecords));
  }
}
