import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { done, type Answer } from '../../../contract/answer.js';
import { LimitStore } from '../../ports/limits.js';
import { limitKey } from '../limit-key.js';
import { limitView } from '../limit-view.js';
import { GetLimitsQuery } from './get-limits.command.js';

@CommandHandler(GetLimitsQuery)
export class GetLimitsHandler implements ICommandHandler<GetLimitsQuery, Answer> {
  constructor(private readonly limits: LimitStore) {}

  async execute({ data, caller }: GetLimitsQuery): Promise<Answer> {
    const key = data.key === undefined ? null : limitKey(data.key);
    const all = await this.limits.list(caller.tenantId);
    const items = all.filter((limit) => key === null || limit.key === key).map(limitView);
    return done('Limits retrieved successfully', { items });
  }
}
