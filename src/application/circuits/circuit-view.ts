import { instant } from '../instance-view.js';
import type { Circuit } from './circuit.js';

/** A circuit as answers show it. */
export function circuitView(circuit: string, status: Circuit): Record<string, unknown> {
  const { state, changedAt, reason, window, probeAt, cohort } = status;
  return {
    circuit,
    state,
    since: instant(changedAt),
    reason,
    probeAt: probeAt === null ? null : instant(probeAt),
    window: { since: instant(window.startedAt), calls: window.calls, failures: window.failures },
    cohort: cohort && { size: cohort.size, since: instant(cohort.startedAt), calls: cohort.calls, failures: cohort.failures },
  };
}
