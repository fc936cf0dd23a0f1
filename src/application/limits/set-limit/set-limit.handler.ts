import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { done, type Answer } from '../../../contract/answer.js';
import { claimOf } from '../../caller.js';
import { Clock } from '../../ports/clock.js';
import { LimitStore } from '../../ports/limits.js';
import { RequestAudit } from '../../request-audit.js';
import { invalidField } from '../../requests/invalid-request.js';
import { originOf } from '../../requests/origin-of.js';
import { limitKey } from '../limit-key.js';
import { SetLimitCommand } from './set-limit.command.js';

@CommandHandler(SetLimitCommand)
export class SetLimitHandler implements ICommandHandler<SetLimitCommand, Answer> {
  constructor(
    private readonly limits: LimitStore,
    private readonly audit: RequestAudit,
    private readonly clock: Clock,
  ) {}

  async execute({ data, caller }: SetLimitCommand): Promise<Answer> {
    const { maxConcurrent = null, ratePerSecond = null, comment = null } = data;
    const limit = { key: limitKey(data.key), maxConcurrent, ratePerSecond };
    if (maxConcurrent === null && ratePerSecond === null)
      throw invalidField('maxConcurrent', 'required', 'Expected maxConcurrent or ratePerSecond, but neither is given');
    const origin = originOf(caller, 'SetLimit', this.clock.now(), { comment: data.comment, detail: limit });
    const audit = this.audit.entry(origin, 'succeeded');
    await this.limits.set(caller.tenantId, { ...limit, comment, setBy: caller.actor.id }, audit, claimOf(caller));
    this.audit.written();
    return done('Limit set: it holds for attempts that begin from now on, on all servers within a second.', limit);
  }
}
