import type { LadderStep } from './retry-policy.js';

/** The highest step of which this holds. */
export function lastOf(ladder: readonly LadderStep[], holds: (step: LadderStep) => boolean): LadderStep | undefined {
  return ladder.filter(holds).pop();
}
