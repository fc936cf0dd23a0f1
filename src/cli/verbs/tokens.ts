import type { Command } from 'commander';
import type { CreateApiTokenRequest } from '../../sdk/requests/tokens.js';
import { action } from '../action.js';
import { durationMs } from '../input/durations.js';
import { listed } from '../input/numbers.js';
import { withList } from '../input/options.js';
import { columnsOf } from '../output/columns.js';
import type { Listing } from '../output/output.js';

const ROLES = ['viewer', 'operator', 'worker', 'deployer', 'admin'] as const;

/** A token, as the server shows it. */
interface TokenItem {
  readonly id: number;
  readonly name: string;
  readonly tenants: readonly string[];
  readonly roles: readonly string[];
  readonly permissions: readonly string[];
  readonly createdBy: string;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
}

const TOKENS: Listing<TokenItem> = {
  columns: columnsOf<TokenItem>(
    'id',
    'name',
    'roles',
    'permissions',
    'tenants',
    'createdBy',
    'createdAt',
    'expiresAt',
    'revokedAt',
  ),
  id: ({ id }) => String(id),
  empty: 'There is no token.',
};

interface CreateOptions {
  readonly role?: Extract<CreateApiTokenRequest['roles'], readonly unknown[]>;
  readonly permission?: readonly string[];
  readonly forTenant?: readonly string[];
  readonly expiresIn?: number;
  readonly reason?: string;
}

/** `reprise tokens`: of programs and people. */
export function tokens(program: Command): void {
  const command = program.command('tokens').description('list, create and revoke API tokens');
  command
    .command('list', { isDefault: true })
    .description('list the tokens of the tenant, without their secrets')
    .option('--revoked', 'with those that were revoked')
    .action(
      action<[], { revoked?: boolean }>(async (session, _args, { revoked }) => {
        const answer = await (await session.client()).listApiTokens(revoked === true ? { includeRevoked: true } : {});
        await session.output.many(answer['items'] as readonly TokenItem[], TOKENS);
        return undefined;
      }),
    );
  create(command.command('create').description('make a token; its secret is shown this once'));
  command
    .command('revoke')
    .description('end a token for good')
    .argument('<id>', 'as the list shows it')
    .option('--reason <text>', 'why, for the audit trail')
    .action(
      action<[id: string], { reason?: string }>(async (session, [id], { reason }) => {
        const client = await session.client();
        const revoked = await client.revokeApiToken({ id, ...(reason !== undefined && { comment: reason }) });
        session.output.one(revoked, { id, lines: () => [`Token ${id} is revoked.`] });
        return undefined;
      }),
    );
}

function create(command: Command): void {
  withList(command.argument('<name>', 'what it is for'), '--role <role>', 'roles, with commas', ROLES)
    .option('--permission <permission>', 'single permissions, with commas', listed)
    .option('--for-tenant <tenant>', "tenants that it may act for, with commas; without it, the caller's own", listed)
    .option('--expires-in <duration>', 'such as 90d; never without it', durationMs)
    .option('--reason <text>', 'why, for the audit trail')
    .action(
      action<[name: string], CreateOptions>(async (session, [name], { role, permission, forTenant, expiresIn, reason }) => {
        const client = await session.client();
        const token = await client.createApiToken({
          name,
          ...(role && { roles: role }),
          ...(permission && { permissions: permission }),
          ...(forTenant && { tenants: forTenant }),
          ...(expiresIn !== undefined && { expiresAt: new Date(Date.now() + expiresIn).toISOString() }),
          ...(reason !== undefined && { comment: reason }),
        });
        // The secret alone, where a script asks for one thing.
        const secret = String(token['token']);
        session.output.one(token, { id: secret, lines: () => [secret] });
        session.output.remark(`Token ${String(token['id'])} (${name}). Keep it now: it is not shown again.`);
        return undefined;
      }),
    );
}
