import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { done, type Answer } from '../../../contract/answer.js';
import { pageView } from '../../page-view.js';
import { Clock } from '../../ports/clock.js';
import { FailureGroupStore, type FailureGroupFilter, type FailureGroupState } from '../../ports/failures.js';
import { textsOf, wholeNumber } from '../../requests/field-values.js';
import { failureGroupView } from '../failure-group-view.js';
import { GetFailureGroupsQuery } from './get-failure-groups.command.js';
import type { GetFailureGroupsData } from './get-failure-groups.dto.js';

@CommandHandler(GetFailureGroupsQuery)
export class GetFailureGroupsHandler implements ICommandHandler<GetFailureGroupsQuery, Answer> {
  constructor(
    private readonly groups: FailureGroupStore,
    private readonly clock: Clock,
  ) {}

  async execute({ data, caller }: GetFailureGroupsQuery): Promise<Answer> {
    const { pageNumber = 1, pageSize = 20, sortBy = 'count', sortDirection = 'desc' } = data;
    const page = { pageNumber, pageSize, sortBy, sortDirection };
    const { items, totalRecords } = await this.groups.list(caller.tenantId, filterOf(data), page, new Date(this.clock.now()));
    return done(
      'Failure groups retrieved successfully',
      pageView(items.map(failureGroupView), pageNumber, pageSize, totalRecords),
    );
  }
}

function filterOf(data: GetFailureGroupsData): FailureGroupFilter {
  const { groupId, processKey, processDefinitionId, activityId, errorCode, errorClass, owner, text, includeSettled } = data;
  return {
    groupId,
    processKey,
    processDefinitionId: processDefinitionId === undefined ? undefined : wholeNumber('processDefinitionId', processDefinitionId),
    activityId,
    errorCode,
    errorClass,
    owner,
    text,
    // The choices of the field are exactly the states.
    state: textsOf(data.state) as readonly FailureGroupState[] | undefined,
    includeSettled,
  };
}
