import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { done, type Answer } from '../../../contract/answer.js';
import type { InstanceStatus } from '../../../engine/index.js';
import { pageView } from '../../page-view.js';
import { InstanceReader, type InstanceListFilter } from '../../ports/readers.js';
import { instantOf, textsOf, wholeNumber } from '../../requests/field-values.js';
import { invalidField, refuseCursor } from '../../requests/invalid-request.js';
import { refuseTogether } from '../../requests/json-text.js';
import { GetProcessInstanceListQuery } from './get-process-instance-list.command.js';
import type { GetProcessInstanceListData } from './get-process-instance-list.dto.js';
import { variableFiltersOf } from './variable-filters.js';

@CommandHandler(GetProcessInstanceListQuery)
export class GetProcessInstanceListHandler implements ICommandHandler<GetProcessInstanceListQuery, Answer> {
  constructor(private readonly reader: InstanceReader) {}

  async execute({ data, caller }: GetProcessInstanceListQuery): Promise<Answer> {
    const { pageNumber = 1, pageSize = 20, cursor = null, sortBy = 'startedAt', sortDirection = 'desc' } = data;
    refuseTogether(data, ['cursor', 'pageNumber']);
    if (cursor !== null && sortBy !== 'startedAt')
      throw invalidField('sortBy', 'exclusive', 'sortBy must be startedAt where a cursor is given');
    const page = await this.reader
      .list(caller.tenantId, filterOf(data), { pageNumber, pageSize, cursor, sortBy, sortDirection })
      .catch(refuseCursor);
    const view = pageView(page.items, pageNumber, pageSize, page.totalRecords);
    const byCursor = cursor === null ? {} : { pageNumber: null, hasNextPage: page.nextCursor !== null, hasPreviousPage: true };
    return done('Process instances retrieved successfully', { ...view, ...byCursor, nextCursor: page.nextCursor });
  }
}

function filterOf(data: GetProcessInstanceListData): InstanceListFilter {
  const { processKey, processDefinitionId, businessKey, failedActivityId, errorText, failureGroup, startedFrom, startedTo } =
    data;
  return {
    // The choices of the field are exactly the states.
    status: textsOf(data.status) as readonly InstanceStatus[] | undefined,
    processKey,
    processDefinitionId: processDefinitionId === undefined ? undefined : wholeNumber('processDefinitionId', processDefinitionId),
    businessKey,
    failedActivityId,
    errorText,
    failureGroup,
    retrying: data.retrying,
    startedFrom: startedFrom === undefined ? undefined : (instantOf(startedFrom) ?? undefined),
    startedTo: startedTo === undefined ? undefined : (instantOf(startedTo, true) ?? undefined),
    variables: data.variables === undefined ? undefined : (variableFiltersOf(data.variables) ?? undefined),
  };
}
