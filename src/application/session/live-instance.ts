import type { CallActivityNode, Effect, InstanceState, ProcessDefinition } from '../../engine/index.js';
import type { InstanceHeader } from '../ports/instance-store.js';

/** Ended visits, in the order in which they ended. */
export interface Trail {
  readonly completed: readonly string[];
  readonly skipped: readonly string[];
}

/** An instance as one commit left it. */
export interface LiveInstance {
  readonly header: InstanceHeader;
  readonly state: InstanceState;
  readonly definition: ProcessDefinition;
  /** The call activity that waits for it, in its own model; null: none, or its model has been deleted. */
  readonly caller: CallActivityNode | null;
  /** Null: not known in memory; it stands in rows. */
  readonly trail: Trail | null;
}

export const EMPTY_TRAIL: Trail = { completed: [], skipped: [] };

/** Longer trails are read from their rows when somebody asks. */
const TRAIL_IN_MEMORY = 2_000;

/** The trail with the visits that these effects end. */
export function extendTrail(trail: Trail | null, effects: readonly Effect[]): Trail | null {
  if (trail === null) return null;
  const completed: string[] = [];
  const skipped: string[] = [];
  for (const effect of effects) {
    if (effect.type !== 'record-activity') continue;
    if (effect.status === 'completed') completed.push(effect.nodeId);
    else if (effect.status === 'skipped') skipped.push(effect.nodeId);
  }
  if (completed.length + skipped.length === 0) return trail;
  if (trail.completed.length + trail.skipped.length > TRAIL_IN_MEMORY) return null;
  return { completed: [...trail.completed, ...completed], skipped: [...trail.skipped, ...skipped] };
}
