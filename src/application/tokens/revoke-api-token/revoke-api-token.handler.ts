import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { done, type Answer } from '../../../contract/answer.js';
import { TokenLookup } from '../../access/token-lookup.js';
import { claimOf } from '../../caller.js';
import { Clock } from '../../ports/clock.js';
import { ApiTokenStore } from '../../ports/stores.js';
import { RequestAudit } from '../../request-audit.js';
import { wholeNumber } from '../../requests/field-values.js';
import { originOf } from '../../requests/origin-of.js';
import { RevokeApiTokenCommand } from './revoke-api-token.command.js';

@CommandHandler(RevokeApiTokenCommand)
export class RevokeApiTokenHandler implements ICommandHandler<RevokeApiTokenCommand, Answer> {
  constructor(
    private readonly tokens: ApiTokenStore,
    private readonly lookup: TokenLookup,
    private readonly audit: RequestAudit,
    private readonly clock: Clock,
  ) {}

  async execute({ data, caller }: RevokeApiTokenCommand): Promise<Answer> {
    const id = wholeNumber('id', data.id);
    const origin = originOf(caller, 'RevokeApiToken', this.clock.now(), { comment: data.comment, detail: { tokenId: id } });
    const revoked = await this.tokens.revoke(caller.tenantId, id, this.audit.entry(origin, 'succeeded'), claimOf(caller));
    if (!revoked) return this.audit.refuse(origin, `No live API token with ID ${id}`, null, '404');
    this.lookup.forget();
    this.audit.written();
    return done('API token revoked successfully', { id, revokedAt: new Date(this.clock.now()).toISOString() });
  }
}
