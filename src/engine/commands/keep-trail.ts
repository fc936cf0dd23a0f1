import { isActivity, type FlowNode } from '../definition/process-definition.js';
import { openElements, type Draft } from '../state/draft.js';
import type { ElementInstance, InstanceState } from '../state/instance-state.js';

/** How many tasks can be stepped back. */
const TRAIL = 20;

/** Supervised mode: the task is about to be stepped over; notes it and the variables before its result. */
export function stepOver(draft: Draft, node: FlowNode, instance: ElementInstance, success: boolean): void {
  if (draft.state.executionMode !== 'Supervised' || !isActivity(node)) return;
  const { now } = draft.context;
  draft.steppedOver = {
    nodeId: instance.nodeId,
    elementInstanceId: instance.id,
    scopeId: instance.scopeId,
    variablesBefore: draft.state.variables,
    executedAt: now,
    durationMs: now - (instance.attemptStartedAt ?? instance.startedAt),
    success,
  };
}

/** The step is done: remembers the task that it stepped over, unless that failed, with what its token went on to by itself. */
export function keepTrail(draft: Draft, before: InstanceState): void {
  const { steppedOver, state } = draft;
  if (steppedOver === null || state.endedAt !== null) return;
  const open = openElements(state);
  if (open.some((element) => element.id === steppedOver.elementInstanceId)) return;
  const made = open.filter((element) => element.id > before.lastElementInstanceId);
  const own = passedJoin(draft) ? [] : made.filter((element) => element.scopeId === steppedOver.scopeId);
  const followers = own.map((element) => element.id);
  state.trail = [...state.trail, { ...steppedOver, followers }].slice(-TRAIL);
}

/** Behind a join a token is no longer this task's alone. */
function passedJoin(draft: Draft): boolean {
  return draft.effects.some((effect) => {
    if (effect.type !== 'record-activity' || effect.status !== 'completed') return false;
    const isJoin = effect.elementType === 'parallelGateway' || effect.elementType === 'inclusiveGateway';
    return isJoin && (draft.definition.nodesById.get(effect.nodeId)?.incoming.length ?? 0) > 1;
  });
}
