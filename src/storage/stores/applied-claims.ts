import type { EntityManager } from 'typeorm';
import type { ClaimedKey } from '../../application/ports/stores.js';
import { textArray } from '../connection/binary-array.js';
import type { BoundStatement } from '../connection/hot-pool.js';
import { MARK_APPLIED } from '../sql/save-steps.js';

/** A claim that a transaction makes good, and the instance that it is about; null where it is about none. */
export interface AppliedClaim {
  readonly claim: ClaimedKey;
  readonly instanceGuid: string | null;
}

/** The statement that marks these claims, each given once; none for none. Where one is not held any more it aborts the transaction. */
export function appliedStatements(applied: readonly AppliedClaim[]): BoundStatement[] {
  if (applied.length === 0) return [];
  const columns = [
    applied.map(({ claim }) => claim.tenantId),
    applied.map(({ claim }) => claim.key),
    applied.map(({ claim }) => claim.claim),
    applied.map(({ instanceGuid }) => instanceGuid),
  ];
  return [{ ...MARK_APPLIED, values: [...columns.map(textArray), applied.length] }];
}

/** The same for the claim of a command that is about no instance, if it has one. */
export function appliedStatement(underClaim: ClaimedKey | null): BoundStatement[] {
  return appliedStatements(underClaim ? [{ claim: underClaim, instanceGuid: null }] : []);
}

/**
 * The same, in a transaction that is under way. Call it last: until the commit the record is locked, and the renewal of all
 * claims of this process would wait for it.
 */
export async function markApplied(manager: EntityManager, underClaim: ClaimedKey | null): Promise<void> {
  for (const { text, values } of appliedStatement(underClaim)) await manager.query(text, [...values]);
}
