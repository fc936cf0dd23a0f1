import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { done, type Answer } from '../../../contract/answer.js';
import { claimOf } from '../../caller.js';
import { Clock } from '../../ports/clock.js';
import { LimitStore } from '../../ports/limits.js';
import { RequestAudit } from '../../request-audit.js';
import { originOf } from '../../requests/origin-of.js';
import { limitKey } from '../limit-key.js';
import { RemoveLimitCommand } from './remove-limit.command.js';

@CommandHandler(RemoveLimitCommand)
export class RemoveLimitHandler implements ICommandHandler<RemoveLimitCommand, Answer> {
  constructor(
    private readonly limits: LimitStore,
    private readonly audit: RequestAudit,
    private readonly clock: Clock,
  ) {}

  async execute({ data, caller }: RemoveLimitCommand): Promise<Answer> {
    const key = limitKey(data.key);
    const origin = originOf(caller, 'RemoveLimit', this.clock.now(), { comment: data.comment, detail: { key } });
    const removed = await this.limits.remove(caller.tenantId, key, this.audit.entry(origin, 'succeeded'), claimOf(caller));
    if (!removed) return this.audit.refuse(origin, `No limit on '${key}'`, null, '404');
    this.audit.written();
    return done('Limit removed: what waits for it goes on within a second.', { key });
  }
}
