import type { StepWrite } from '../../application/ports/instance-store.js';
import { AuditRows } from '../audit/audit-rows.js';
import type { BoundStatement } from '../connection/hot-pool.js';
import { RowBuffer } from '../connection/row-buffer.js';
import { consumeCalls } from '../sql/instance-calls.js';
import { beginBatchItems } from '../sql/batch-items.js';
import { consumeMessages } from '../sql/save-steps.js';
import { appliedStatements, type AppliedClaim } from './applied-claims.js';
import { EffectRows } from './effect-rows.js';
import { InstanceRows } from './instance-rows.js';

/** All statements of one batch of distinct instances, in the order in which they must run. */
export function bindSteps(writes: readonly StepWrite[]): BoundStatement[] {
  const instances = new InstanceRows();
  const effects = new EffectRows();
  const audit = new AuditRows();
  const consumed = new RowBuffer(consumeMessages);
  const answered = new RowBuffer(consumeCalls);
  const items = new RowBuffer(beginBatchItems);
  for (const write of inLockOrder(writes)) {
    instances.add(write);
    effects.add(write);
    audit.add(write.audit);
    if (write.consumedMessageId !== null) consumed.add(write.consumedMessageId);
    if (write.consumedCall !== null)
      answered.add(write.consumedCall.instanceId, write.consumedCall.elementInstanceId, write.consumedCall.run);
    if (write.batchItem !== null) {
      const { batchId, itemNo, becomes } = write.batchItem;
      items.add(batchId, itemNo, becomes, write.state.status, write.state.updatedAt);
    }
  }
  const statements: BoundStatement[] = [];
  instances.bindTo(statements);
  consumed.bindTo(statements);
  answered.bindTo(statements);
  items.bindTo(statements);
  statements.push(...appliedStatements(appliedClaims(writes)));
  effects.bindTo(statements);
  audit.bindTo(statements);
  return statements;
}

/** By id: two nodes that write the same instances lock them in the same order. */
function inLockOrder(writes: readonly StepWrite[]): readonly StepWrite[] {
  return writes.length > 1 ? [...writes].sort((a, b) => a.header.id - b.header.id) : writes;
}

/** One claim may stand behind the steps of several instances (a published message); its record is written once. */
function appliedClaims(writes: readonly StepWrite[]): AppliedClaim[] {
  const byClaim = new Map<string, AppliedClaim>();
  for (const { header, underClaim } of writes) {
    if (underClaim) byClaim.set(underClaim.claim, { claim: underClaim, instanceGuid: header.guid });
  }
  return [...byClaim.values()];
}
