import type { ApiToken } from '../ports/stores.js';

/** A token as answers show it: all but its secret. */
export function tokenView(token: ApiToken): Record<string, unknown> {
  const { id, name, tenants, roles, permissions, createdAt, createdBy, expiresAt, revokedAt } = token;
  return {
    id,
    name,
    tenants,
    roles,
    permissions,
    createdAt: createdAt.toISOString(),
    createdBy,
    expiresAt: expiresAt?.toISOString() ?? null,
    revokedAt: revokedAt?.toISOString() ?? null,
  };
}
