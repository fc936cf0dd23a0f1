import type { FlowNode, ProcessDefinition, Work } from '../definition/process-definition.js';
import type { ExecuteAttempt } from '../effects/effect.js';
import type { ElementInstance, InstanceState } from '../state/instance-state.js';
import { visibleVariables, type Draft } from '../state/draft.js';

/** Begins the next attempt of the visit: it is executed after the commit, by the node that makes this step. */
export function runAttempt(draft: Draft, node: FlowNode, instance: ElementInstance, work: Work): void {
  instance.status = 'executing';
  instance.attemptStartedAt = draft.context.now;
  instance.owner = draft.context.node;
  instance.incident = null;
  draft.effects.push({
    type: 'execute-attempt',
    elementInstanceId: instance.id,
    nodeId: node.id,
    attempt: instance.attempt,
    work,
    variables: visibleVariables(draft, instance.scopeId, instance.local),
    local: instance.local,
  });
}

/** The effect of an attempt that the state says is running: for a server that did not hear of its commit. */
export function executeEffectOf(
  definition: ProcessDefinition,
  state: InstanceState,
  instance: ElementInstance,
): ExecuteAttempt | null {
  const node = definition.nodesById.get(instance.nodeId);
  const work = node && 'work' in node ? node.work : node && 'decision' in node ? node.decision : null;
  if (!node || !work) return null;
  const { id, attempt, local, scopeId } = instance;
  return {
    type: 'execute-attempt',
    elementInstanceId: id,
    nodeId: node.id,
    attempt,
    work,
    variables: visibleVariables({ state }, scopeId, local),
    local,
  };
}

/** The attempt succeeded after others had failed, or at somebody's command: both are worth a record. */
export function recordSuccess(draft: Draft, node: FlowNode, instance: ElementInstance): void {
  if (instance.attempt > 1) {
    draft.effects.push({
      type: 'record-attempt',
      elementInstanceId: instance.id,
      nodeId: node.id,
      attempt: instance.attempt,
      outcome: 'succeeded',
      errorCode: null,
      errorMessage: null,
      details: null,
      startedAt: instance.attemptStartedAt ?? draft.context.now,
      endedAt: draft.context.now,
    });
  }
  if (instance.requestedBy !== null) {
    draft.effects.push({
      type: 'record-decision',
      action: 'AttemptSucceeded',
      outcome: 'succeeded',
      elementInstanceId: instance.id,
      nodeId: node.id,
      attempt: instance.attempt,
      changes: [],
      detail: { command: instance.requestedBy.command, commandCorrelationId: instance.requestedBy.correlationId },
    });
  }
  instance.requestedBy = null;
  instance.undo = null;
}
