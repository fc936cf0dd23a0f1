import type { StepWrite } from '../../application/ports/instance-store.js';
import { AuditRows } from '../audit/audit-rows.js';
import { textArray } from '../connection/binary-array.js';
import type { BoundStatement } from '../connection/hot-pool.js';
import { RowBuffer } from '../connection/row-buffer.js';
import { consumeMessages, MARK_APPLIED } from '../sql/save-steps.js';
import { EffectRows } from './effect-rows.js';
import { InstanceRows } from './instance-rows.js';

/**
 * All statements of one batch of distinct instances, in the order in which they must run.
 *
 * @param node this process, which must still hold the idempotency claims that the batch makes good; null: not checked
 */
export function bindSteps(writes: readonly StepWrite[], node: number | null): BoundStatement[] {
  const instances = new InstanceRows();
  const effects = new EffectRows();
  const audit = new AuditRows();
  const consumed = new RowBuffer(consumeMessages);
  for (const write of inLockOrder(writes)) {
    instances.add(write);
    effects.add(write);
    audit.add(write.audit);
    if (write.consumedMessageId !== null) consumed.add(write.consumedMessageId);
  }
  const statements: BoundStatement[] = [];
  instances.bindTo(statements);
  consumed.bindTo(statements);
  markApplied(writes, node, statements);
  effects.bindTo(statements);
  audit.bindTo(statements);
  return statements;
}

/** By id: two nodes that write the same instances lock them in the same order. */
function inLockOrder(writes: readonly StepWrite[]): readonly StepWrite[] {
  return writes.length > 1 ? [...writes].sort((a, b) => a.header.id - b.header.id) : writes;
}

/** One key may stand behind the steps of several instances (a published message); its record is written once. */
function markApplied(writes: readonly StepWrite[], node: number | null, statements: BoundStatement[]): void {
  const byRecord = new Map<string, { tenantId: string; key: string; guid: string }>();
  for (const { header, idempotencyKey } of writes) {
    if (idempotencyKey === null) continue;
    byRecord.set(JSON.stringify([header.tenantId, idempotencyKey]), {
      tenantId: header.tenantId,
      key: idempotencyKey,
      guid: header.guid,
    });
  }
  if (byRecord.size === 0) return;
  const records = [...byRecord.values()];
  const columns = [
    records.map((record) => record.tenantId),
    records.map((record) => record.key),
    records.map((record) => record.guid),
  ];
  statements.push({ ...MARK_APPLIED, values: [...columns.map(textArray), node, node === null ? null : records.length] });
}
