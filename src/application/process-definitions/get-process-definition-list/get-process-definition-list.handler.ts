import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { done, type Answer } from '../../../contract/answer.js';
import { pageView } from '../../page-view.js';
import { DefinitionStore } from '../../ports/readers.js';
import { definitionItemView } from '../definition-view.js';
import { GetProcessDefinitionListQuery } from './get-process-definition-list.command.js';

@CommandHandler(GetProcessDefinitionListQuery)
export class GetProcessDefinitionListHandler implements ICommandHandler<GetProcessDefinitionListQuery, Answer> {
  constructor(private readonly definitions: DefinitionStore) {}

  async execute({ data, caller }: GetProcessDefinitionListQuery): Promise<Answer> {
    const { searchText, category, isActive, pageNumber = 1, pageSize = 20, sortBy = 'name', sortDirection = 'asc' } = data;
    const { items, totalRecords } = await this.definitions.list(
      caller.tenantId,
      { searchText, category, isActive },
      { pageNumber, pageSize, sortBy, sortDirection },
    );
    return done(
      'Process definitions retrieved successfully',
      pageView(items.map(definitionItemView), pageNumber, pageSize, totalRecords),
    );
  }
}
