/** Make a token for a program; its secret is shown in this one answer. */
export interface CreateApiTokenRequest {
  /** What it is for, to tell it from others. */
  readonly name: string;
  /** Roles, each a set of permissions. */
  readonly roles?:
    | 'viewer'
    | 'operator'
    | 'worker'
    | 'deployer'
    | 'admin'
    | readonly ('viewer' | 'operator' | 'worker' | 'deployer' | 'admin')[];
  /** Single permissions. */
  readonly permissions?: string | readonly string[];
  /** Tenants that it may act for; the caller's own without it. */
  readonly tenants?: string | readonly string[];
  /** When it ends; never without it. */
  readonly expiresAt?: string;
  /** Why, for the audit trail. */
  readonly comment?: string;
}

/** The API tokens of the tenant, without their secrets. */
export interface ListApiTokensRequest {
  /** With those that were revoked. */
  readonly includeRevoked?: boolean;
}

/** End an API token for good. */
export interface RevokeApiTokenRequest {
  /** The token, by the id that the list shows. */
  readonly id: string | number;
  /** Why, for the audit trail. */
  readonly comment?: string;
}
