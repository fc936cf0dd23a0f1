import { isActivity, type FlowNode, type ProcessDefinition } from '../definition/process-definition.js';
import type { ExecuteAttempt } from '../effects/effect.js';
import type { ElementInstance, InstanceState } from '../state/instance-state.js';
import { executeEffect, workOf } from './run-attempt.js';
import { recoveryOf } from './visit-recovery.js';

/** What a worker that holds the visit's attempt is to do, in the words in which a server is told. */
export interface LockedWork {
  readonly attempt: ExecuteAttempt;
  /** Automatic attempts that the policy leaves after this one; null: without end. */
  readonly retriesLeft: number | null;
}

/** The work of an attempt under a worker's lock; null where no worker holds it. */
export function lockedWorkOf(definition: ProcessDefinition, state: InstanceState, instance: ElementInstance): LockedWork | null {
  const node = definition.nodesById.get(instance.nodeId);
  const work = node ? workOf(node, instance) : null;
  if (!node || !work || instance.lock === null) return null;
  return { attempt: executeEffect({ state }, node, instance, work, true), retriesLeft: retriesLeft(node, instance) };
}

function retriesLeft(node: FlowNode, instance: ElementInstance): number | null {
  const budget = recoveryOf(instance).budget ?? (isActivity(node) ? node.retryPolicy : null);
  if (budget === null) return 0;
  return budget.maxAttempts === null ? null : Math.max(0, budget.maxAttempts - (instance.attempt - instance.budgetFrom));
}
