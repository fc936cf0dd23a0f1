import type { StepWrite } from '../../application/ports/instance-store.js';
import { ROOT_SCOPE } from '../../engine/index.js';
import { textArray } from '../connection/binary-array.js';
import type { BoundStatement } from '../connection/hot-pool.js';
import { RowBuffer } from '../connection/row-buffer.js';
import { consumeMessages, deleteScopes, insertInstances, MARK_APPLIED, updateInstances, upsertScopes } from '../sql/save-steps.js';
import { AuditRows } from './audit-rows.js';
import { EffectRows } from './effect-rows.js';
import { encodeState } from './encoded-state.js';

/** All statements of one batch. `node` is this process, for the check of idempotency claims. */
export function bindSteps(writes: readonly StepWrite[], audit: AuditRows, node: number | null): BoundStatement[] {
  const instances = { inserted: new RowBuffer(insertInstances), updated: new RowBuffer(updateInstances) };
  const scopes = { deleted: new RowBuffer(deleteScopes), upserted: new RowBuffer(upsertScopes) };
  const effects = new EffectRows();
  const consumed = new RowBuffer(consumeMessages);
  const keyed: StepWrite[] = [];
  for (const write of ordered(writes)) {
    addInstance(instances, write);
    addScopes(scopes, write);
    effects.add(write.header, write.state, write.effects);
    audit.add(write.audit);
    if (write.idempotencyKey !== null) keyed.push(write);
    if (write.consumedMessageId !== null) consumed.add(write.consumedMessageId);
  }
  const statements: BoundStatement[] = [];
  instances.updated.bindTo(statements);
  instances.inserted.bindTo(statements);
  consumed.bindTo(statements);
  if (keyed.length > 0) statements.push(markApplied(keyed, node));
  scopes.deleted.bindTo(statements);
  scopes.upserted.bindTo(statements);
  effects.bindTo(statements);
  audit.bindTo(statements);
  return statements;
}

/** By id: two nodes that write the same instances lock them in the same order. */
function ordered(writes: readonly StepWrite[]): readonly StepWrite[] {
  return writes.length > 1 ? [...writes].sort((a, b) => a.header.id - b.header.id) : writes;
}

function addInstance(
  { inserted, updated }: { inserted: RowBuffer<typeof insertInstances extends { encoders: infer E } ? RowOf<E> : never>; updated: RowBuffer<typeof updateInstances extends { encoders: infer E } ? RowOf<E> : never> },
  { header, state, ownerNode, currentActivityId, expectedVersion, variablesChanged }: StepWrite,
): void {
  void inserted; void updated; void header; void state; void ownerNode; void currentActivityId; void expectedVersion; void variablesChanged;
}
