import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { done, type Answer } from '../../../contract/answer.js';
import { ApiTokenStore } from '../../ports/stores.js';
import { tokenView } from '../token-view.js';
import { ListApiTokensQuery } from './list-api-tokens.command.js';

@CommandHandler(ListApiTokensQuery)
export class ListApiTokensHandler implements ICommandHandler<ListApiTokensQuery, Answer> {
  constructor(private readonly tokens: ApiTokenStore) {}

  async execute({ data, caller }: ListApiTokensQuery): Promise<Answer> {
    const tokens = await this.tokens.list(caller.tenantId);
    const items = tokens.filter((token) => data.includeRevoked || token.revokedAt === null).map(tokenView);
    return done('API tokens retrieved successfully', { items });
  }
}
