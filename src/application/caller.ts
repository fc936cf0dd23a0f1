import type { ClaimedKey } from './ports/stores.js';

/** Who asks, as the API has authenticated it, and the marks of the request. */
export interface Caller {
  readonly tenantId: string;
  readonly actor: { readonly type: 'user' | 'worker' | 'system'; readonly id: string };
  /** Permissions, roles resolved; `*` is all. */
  readonly permissions: ReadonlySet<string>;
  readonly correlationId: string;
  readonly idempotencyKey: string | null;
  /** Which execution under the key this is. */
  readonly idempotencyClaim?: string;
  /** All tenants that the caller may name, `tenantId` among them; absent: that one only. */
  readonly tenants?: ReadonlySet<string>;
  /** Set where a second person has agreed to the very command that is done. */
  readonly approval?: CallerApproval;
  /** Made when it is asked for. Aborted when who asks has gone away: nobody would hear the answer. */
  readonly gone?: () => AbortSignal;
}

/** Who has asked for what an approver now does. */
export interface CallerApproval {
  readonly approvalId: number;
  readonly requestedBy: string;
}

/** The claim that what the caller's command changes makes good; null where it has none. */
export function claimOf({ tenantId, idempotencyKey: key, idempotencyClaim: claim }: Caller): ClaimedKey | null {
  return key === null || claim === undefined ? null : { tenantId, key, claim };
}

/** True when the caller may do what `permission` names. */
export function isAllowed(caller: Caller, permission: string): boolean {
  return caller.permissions.has('*') || caller.permissions.has(permission);
}

/** Who acts where nobody has asked: the server itself, for timers and calls. */
export function systemCaller(tenantId: string, correlationId: string): Caller {
  const actor = { type: 'system', id: 'reprise' } as const;
  return { tenantId, actor, permissions: new Set(), correlationId, idempotencyKey: null };
}
