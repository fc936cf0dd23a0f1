import { randomBytes } from 'node:crypto';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { done, type Answer } from '../../../contract/answer.js';
import type { AuditEntry } from '../../../contract/audit-entry.js';
import { ALL_PERMISSIONS, permissionsOf } from '../../access/roles.js';
import { hashToken } from '../../access/token-lookup.js';
import { isAllowed, type Caller } from '../../caller.js';
import { Clock } from '../../ports/clock.js';
import { ApiTokenStore, type ApiToken } from '../../ports/stores.js';
import { RequestAudit } from '../../request-audit.js';
import { instantOf, textsOf } from '../../requests/field-values.js';
import { invalidField } from '../../requests/invalid-request.js';
import { originOf } from '../../requests/origin-of.js';
import { tokenView } from '../token-view.js';
import { CreateApiTokenCommand } from './create-api-token.command.js';
import type { CreateApiTokenData } from './create-api-token.dto.js';

const SECRET_BYTES = 32;

/** What a new token may do, and where. */
interface Grant {
  readonly roles: readonly string[];
  readonly permissions: readonly string[];
  readonly tenants: readonly string[];
}

@CommandHandler(CreateApiTokenCommand)
export class CreateApiTokenHandler implements ICommandHandler<CreateApiTokenCommand, Answer> {
  constructor(
    private readonly tokens: ApiTokenStore,
    private readonly audit: RequestAudit,
    private readonly clock: Clock,
  ) {}

  async execute({ data, caller }: CreateApiTokenCommand): Promise<Answer> {
    const now = this.clock.now();
    const grant = grantOf(data, caller);
    const expiresAt = expiryOf(data, now);
    const detail = { name: data.name, ...grant, expiresAt: expiresAt?.toISOString() ?? null };
    const origin = originOf(caller, 'CreateApiToken', now, { comment: data.comment, detail });
    const excess = excessOf(grant, caller);
    if (excess) return this.audit.refuse(origin, excess.message, excess.data, '99');

    const secret = `rp_${randomBytes(SECRET_BYTES).toString('base64url')}`;
    const wanted = { name: data.name, ...grant, createdBy: caller.actor.id, expiresAt };
    const audit = ({ id }: ApiToken): AuditEntry =>
      this.audit.entry({ ...origin, detail: { ...detail, tokenId: id } }, 'succeeded');
    const token = await this.tokens.insert(wanted, hashToken(secret), audit);
    this.audit.written();
    return done('API token created successfully. Keep the token now: it is not shown again.', {
      ...tokenView(token),
      token: secret,
    });
  }
}

function grantOf(data: CreateApiTokenData, caller: Caller): Grant {
  const permissions = textsOf(data.permissions) ?? [];
  const roles = textsOf(data.roles) ?? [];
  const unknown = permissions.find((each) => each !== '*' && !ALL_PERMISSIONS.includes(each));
  if (unknown !== undefined)
    throw invalidField(
      'permissions',
      'unknown',
      `permissions must be among *, ${ALL_PERMISSIONS.join(', ')}, but one is '${unknown}'`,
    );
  if (permissions.length + roles.length === 0)
    throw invalidField('roles', 'required', 'Expected roles or permissions, but neither is given');
  return { roles, permissions, tenants: textsOf(data.tenants) ?? [caller.tenantId] };
}

function expiryOf({ expiresAt }: CreateApiTokenData, now: number): Date | null {
  if (expiresAt === undefined) return null;
  const instant = instantOf(expiresAt, true);
  if (!instant || instant.getTime() <= now)
    throw invalidField('expiresAt', 'past', `expiresAt must be in the future, but is '${expiresAt}'`);
  return instant;
}

/** Nobody gives what he has not: neither permissions, nor other tenants unless he may do everything. */
function excessOf(
  { roles, permissions, tenants }: Grant,
  caller: Caller,
): { message: string; data: Record<string, unknown> } | null {
  const missing = [...new Set([...permissions, ...permissionsOf(roles)])].filter((permission) => !isAllowed(caller, permission));
  if (missing.length > 0)
    return { message: `You cannot grant what you have not: ${missing.join(', ')}`, data: { missingPermissions: missing } };
  const foreign = tenants.filter((tenant) => tenant !== caller.tenantId);
  if (foreign.length === 0 || caller.permissions.has('*')) return null;
  return { message: `You can grant access to your own tenant '${caller.tenantId}' only`, data: { foreignTenants: foreign } };
}
