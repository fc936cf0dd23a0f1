import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { done, type Answer } from '../../../contract/answer.js';
import { pageView } from '../../page-view.js';
import { InstanceReader } from '../../ports/readers.js';
import { invalidField, refuseCursor } from '../../requests/invalid-request.js';
import { refuseTogether } from '../../requests/json-text.js';
import { GetProcessInstanceListQuery } from './get-process-instance-list.command.js';
import { instanceFilterOf } from '../instance-filter.js';

@CommandHandler(GetProcessInstanceListQuery)
export class GetProcessInstanceListHandler implements ICommandHandler<GetProcessInstanceListQuery, Answer> {
  constructor(private readonly reader: InstanceReader) {}

  async execute({ data, caller }: GetProcessInstanceListQuery): Promise<Answer> {
    const { pageNumber = 1, pageSize = 20, cursor = null, sortBy = 'startedAt', sortDirection = 'desc' } = data;
    refuseTogether(data, ['cursor', 'pageNumber']);
    if (cursor !== null && sortBy !== 'startedAt')
      throw invalidField('sortBy', 'exclusive', 'sortBy must be startedAt where a cursor is given');
    const page = await this.reader
      .list(caller.tenantId, instanceFilterOf(data), { pageNumber, pageSize, cursor, sortBy, sortDirection })
      .catch(refuseCursor);
    const view = pageView(page.items, pageNumber, pageSize, page.totalRecords);
    const byCursor = cursor === null ? {} : { pageNumber: null, hasNextPage: page.nextCursor !== null, hasPreviousPage: true };
    return done('Process instances retrieved successfully', { ...view, ...byCursor, nextCursor: page.nextCursor });
  }
}
