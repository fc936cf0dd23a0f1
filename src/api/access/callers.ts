import { Injectable, Logger } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Caller } from '../../application/caller.js';
import { ApiFailure, forbidden, tooManyRequests, unauthorized, unavailable } from '../api-failure.js';
import { correlationIdOf, headerOf, pathOf } from '../http-exchange.js';
import { Authenticator } from './authenticator.js';
import { KeySetUnavailable, TokenRefused } from './jwt-verifier.js';
import type { Principal } from './principal.js';
import { RateLimiter } from './rate-limiter.js';

const TENANT_HEADER = 'x-tenant-id';
const TENANT_ID = /^[^\p{C}\s]{1,128}$/u;

/** Somebody known asks for a tenant that is not his: worth an entry in his own tenant's trail. */
export class ForeignTenant extends ApiFailure {
  constructor(
    readonly principal: Principal,
    readonly tenantId: string,
  ) {
    const { httpStatus, answer } = forbidden(`This token gives no access to tenant '${tenantId}' (header X-Tenant-ID).`, null);
    super(httpStatus, answer);
  }
}

/** Who asks, in which tenant: from the headers of a request. */
@Injectable()
export class Callers {
  private readonly logger = new Logger('Access');

  constructor(
    private readonly authenticator: Authenticator,
    private readonly limiter: RateLimiter,
  ) {}

  /** @throws ApiFailure 401, 403 (a `ForeignTenant` where it is another's tenant), 429, or 503 where the keys of tokens cannot be had */
  async of(request: FastifyRequest): Promise<Caller> {
    const correlationId = correlationIdOf(request);
    const principal = await this.authenticate(request, correlationId);
    const tenantId = headerOf(request, TENANT_HEADER)?.trim();
    if (tenantId === undefined || tenantId === '')
      throw forbidden('Expected the header X-Tenant-ID to name the tenant, but it is missing.', null);
    const isForeign = !TENANT_ID.test(tenantId) || !principal.tenants.has(tenantId);
    // One bucket for all tenants of others: each try is an entry in a trail that is kept for ever.
    const retryAfterS = this.limiter.refuse(`${isForeign ? '' : tenantId}\u0000${principal.actor.id}`);
    if (retryAfterS !== null) throw tooManyRequests(retryAfterS);
    if (isForeign) throw new ForeignTenant(principal, tenantId.slice(0, 128));
    const { actor, permissions, tenants } = principal;
    return { tenantId, actor, permissions, tenants, correlationId, idempotencyKey: null };
  }

  private async authenticate(request: FastifyRequest, correlationId: string): Promise<Principal> {
    try {
      return await this.authenticator.authenticate(request.headers.authorization);
    } catch (error) {
      if (error instanceof KeySetUnavailable) {
        this.logger.error({ correlationId, reason: error.message }, 'The key set of the tokens cannot be read');
        throw unavailable(correlationId, 'Tokens cannot be verified now. Try again in a moment.');
      }
      if (!(error instanceof TokenRefused)) throw error;
      this.logger.warn({ correlationId, reason: error.message, from: request.ip, path: pathOf(request) }, 'Token refused');
      throw unauthorized();
    }
  }
}
