/** What reads. */
const VIEWER = ['audit:read', 'circuit:read', 'definition:read', 'instance:read', 'limit:read'] as const;

/** What acts on instances. */
const OPERATOR = [
  ...VIEWER,
  'approval:decide',
  'approval:request',
  'batch:write',
  'circuit:write',
  'failure:write',
  'instance:cancel',
  'instance:pause',
  'instance:resume',
  'instance:signal',
  'instance:start',
  'instance:step',
  'instance:variables',
  'job:retries',
  'limit:write',
  'message:publish',
  'task:retry',
  'task:skip',
  'webhook:read',
] as const;

/**
 * The one table of roles to permissions (CONTRACT section 1). `admin` is every permission there is, but not `*`: that also
 * reaches beyond the caller's tenant and belongs to the server's own operator.
 */
export const ROLES = {
  viewer: VIEWER,
  operator: OPERATOR,
  worker: ['instance:read', 'instance:signal', 'job:work', 'message:publish'],
  deployer: ['definition:read', 'definition:write', 'instance:read'],
  admin: [
    ...OPERATOR,
    'clock:advance',
    'definition:write',
    'job:work',
    'policy:write',
    'server:check',
    'token:read',
    'token:write',
    'webhook:write',
  ],
} as const satisfies Record<string, readonly string[]>;

export type Role = keyof typeof ROLES;

export const ROLE_NAMES = Object.keys(ROLES) as readonly Role[];

/** Every permission that some role grants, in alphabetical order. */
export const ALL_PERMISSIONS: readonly string[] = [...new Set<string>(Object.values(ROLES).flat())].sort();

/** The permissions of these roles, each once. A role that does not exist grants nothing. */
export function permissionsOf(roles: readonly string[]): string[] {
  return [...new Set<string>(roles.filter(isRole).flatMap((role) => ROLES[role]))];
}

function isRole(name: string): name is Role {
  return Object.hasOwn(ROLES, name);
}
