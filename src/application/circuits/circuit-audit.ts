import type { AuditEntry } from '../../contract/audit-entry.js';
import type { CircuitKey } from '../ports/circuits.js';
import type { Circuit } from './circuit.js';

/** The entry of a circuit that has opened or closed by itself; none where it did neither. */
export function circuitEntries(
  { tenantId, circuit }: CircuitKey,
  before: Circuit | null,
  after: Circuit,
  base: () => Pick<AuditEntry, 'id' | 'at'>,
): AuditEntry[] {
  const stateBefore = before?.state ?? 'closed';
  if (stateBefore === after.state || after.state === 'half-open') return [];
  return [
    {
      ...base(),
      tenantId,
      actor: { type: 'system', id: 'reprise', claimed: null },
      action: after.state === 'open' ? 'CircuitOpened' : 'CircuitClosed',
      outcome: 'succeeded',
      instanceGuid: null,
      processKey: null,
      taskId: null,
      attempt: null,
      comment: null,
      changes: [],
      statusBefore: stateBefore,
      statusAfter: after.state,
      durationMs: null,
      correlationId: null,
      idempotencyKey: null,
      detail: {
        circuit,
        reason: after.reason,
        ...(after.probeAt !== null && { probeAt: new Date(after.probeAt).toISOString() }),
      },
    },
  ];
}
