import type { Caller } from '../caller.js';

/** The request names tenants that its token does not. Answered with HTTP 403. */
export class ForbiddenTenants extends Error {
  override readonly name = 'ForbiddenTenants';

  constructor(tenants: readonly string[]) {
    super(`This token gives no access to ${tenants.map((tenant) => `tenant '${tenant}'`).join(', ')} (data.tenants).`);
  }
}

/** The tenants of a request that may name several; its own where it names none. @throws ForbiddenTenants */
export function tenantsOf(caller: Caller, named: readonly string[] | undefined): readonly string[] {
  if (named === undefined) return [caller.tenantId];
  const allowed = caller.tenants ?? new Set([caller.tenantId]);
  const forbidden = named.filter((tenant) => !allowed.has(tenant));
  if (forbidden.length > 0) throw new ForbiddenTenants(forbidden);
  return [...new Set(named)];
}
