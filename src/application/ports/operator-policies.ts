import type { AuditEntry } from '../../contract/audit-entry.js';
import type { JsonObject } from '../../engine/index.js';
import type { ClaimedKey } from './stores.js';

/** Whether a command is done for an operator: `reason`: only with one; `approval`: only when a second person has agreed. */
export type OperatorRule = 'allowed' | 'reason' | 'approval' | 'forbidden';

/** What a policy says; where it is silent, a less specific one counts, and in the end everything is allowed. */
export interface OperatorRules {
  readonly retry?: OperatorRule;
  readonly skip?: OperatorRule;
  readonly cancel?: OperatorRule;
  /** Names of variables that no operator may change. */
  readonly protectedVariables?: readonly string[];
  /** The only variables that operators may change. */
  readonly allowedVariables?: readonly string[];
  /** A JSON Schema of the object of changed variables. */
  readonly variablesSchema?: JsonObject;
}

/** What a policy is for: a task, a process (`taskId` null), or the tenant (both null). */
export interface PolicyScope {
  readonly processKey: string | null;
  readonly taskId: string | null;
}

export interface OperatorPolicy extends PolicyScope {
  readonly rules: OperatorRules;
  readonly comment: string | null;
  readonly setBy: string;
  readonly setAt: Date;
}

/** Policies of tenants. A change whose `underClaim` is not held any more throws StepConflict and writes nothing. */
export abstract class OperatorPolicyStore {
  /** All of a tenant, as they are stored now; the least specific first. */
  abstract list(tenantId: string): Promise<OperatorPolicy[]>;
  /** Sets the policy of a scope anew; `audit` is written in the same transaction. */
  abstract set(tenantId: string, policy: OperatorPolicy, audit: AuditEntry, underClaim: ClaimedKey | null): Promise<void>;
  /** False when there is none: then nothing is written. */
  abstract remove(tenantId: string, scope: PolicyScope, audit: AuditEntry, underClaim: ClaimedKey | null): Promise<boolean>;
}
