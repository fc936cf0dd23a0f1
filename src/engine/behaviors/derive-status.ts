import type { InstanceState, InstanceStatus } from '../state/instance-state.js';
import { isPutOff, openElements } from '../state/draft.js';

/** CONTRACT section 2: `error` wins over `waiting` wins over `running`; `paused` hides them all. */
export function deriveStatus(state: InstanceState): InstanceStatus {
  if (state.paused) return 'paused';
  let waiting = false;
  for (const element of openElements(state)) {
    if (element.status === 'failed') return 'error';
    const stoodBefore = element.status === 'ready' && state.executionMode === 'Supervised' && !isPutOff(element);
    if (element.status === 'waiting' || stoodBefore) waiting = true;
  }
  return waiting ? 'waiting' : 'running';
}
