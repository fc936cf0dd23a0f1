import { Injectable } from '@nestjs/common';
import { permissionsOf } from '../../application/access/roles.js';
import { TokenLookup } from '../../application/access/token-lookup.js';
import type { ApiToken } from '../../application/ports/stores.js';
import { JwtVerifier, TokenRefused } from './jwt-verifier.js';
import type { Principal } from './principal.js';

/** Longest token that is looked at. */
const TOKEN_LENGTH = 8_192;
const BEARER = /^Bearer +(\S+) *$/i;
const JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/** Bearer tokens: JSON Web Tokens where they are configured, and API tokens. */
@Injectable()
export class Authenticator {
  constructor(
    private readonly jwt: JwtVerifier,
    private readonly tokens: TokenLookup,
  ) {}

  /**
   * @param authorization the header; undefined when there is none
   * @throws TokenRefused with the reason, for the log
   */
  async authenticate(authorization: string | undefined): Promise<Principal> {
    const token = BEARER.exec(authorization ?? '')?.[1];
    if (token === undefined || token.length > TOKEN_LENGTH) throw new TokenRefused('there is no bearer token');
    if (this.jwt.isConfigured && JWT.test(token)) return this.jwt.verify(token);
    const found = await this.tokens.find(token);
    if (!found) throw new TokenRefused('the API token is unknown, revoked or expired');
    return toPrincipal(found);
  }
}

/** Names of tokens are free, and not unique: the number tells whose act it was, also beside a user of that name. */
function toPrincipal({ id, name, tenants, roles, permissions }: ApiToken): Principal {
  return {
    actor: { type: roles.length > 0 && roles.every((role) => role === 'worker') ? 'worker' : 'user', id: `token:${id}:${name}` },
    tenants: new Set(tenants),
    permissions: new Set([...permissions, ...permissionsOf(roles)]),
  };
}
