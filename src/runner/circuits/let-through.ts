import type { CircuitBreakers } from '../../application/ports/circuits.js';
import type { SessionResult } from '../../application/session/queued-command.js';
import { openElements } from '../../engine/index.js';

/** A visit that its circuit has let through. */
export interface LetThrough {
  readonly tenantId: string;
  readonly circuit: string;
  readonly elementInstanceId: number;
}

/** Tells the circuits of those whose attempts the step has not begun, nor made a job: others may be let through in their places. */
export function reportUnbegun(breakers: CircuitBreakers, visits: readonly LetThrough[], result: SessionResult | null): void {
  for (const { tenantId, circuit, elementInstanceId } of visits)
    if (!isBegun(result, elementInstanceId)) breakers.recordStray(tenantId, circuit);
}

function isBegun(result: SessionResult | null, elementInstanceId: number): boolean {
  if (result?.kind !== 'done') return false;
  if (result.begun.includes(elementInstanceId)) return true;
  return openElements(result.instance.state).some(({ id, status }) => id === elementInstanceId && status === 'queued');
}
