import type { Draft } from '../state/draft.js';
import type { ElementInstance } from '../state/instance-state.js';

/** How many tasks can be stepped back. */
const TRAIL = 20;

/** Supervised mode: remembers the task and the variables before its result, so that it can be stepped back to. */
export function keepTrail(draft: Draft, instance: ElementInstance, success: boolean): void {
  if (draft.state.executionMode !== 'Supervised') return;
  const { now } = draft.context;
  const step = {
    nodeId: instance.nodeId,
    scopeId: instance.scopeId,
    variablesBefore: draft.state.variables,
    executedAt: now,
    durationMs: now - (instance.attemptStartedAt ?? instance.startedAt),
    success,
  };
  draft.state.trail = [...draft.state.trail, step].slice(-TRAIL);
}
