import { executeEffectOf, openElements, type ExecuteAttempt } from '../../engine/index.js';
import type { LiveInstance } from './live-instance.js';

/** What the state says this node executes, as the effects that begin it: for attempts whose commit was not heard of. */
export function unstartedAttempts({ state, definition }: LiveInstance, node: number): { effect: ExecuteAttempt; name: string }[] {
  return openElements(state)
    .filter((element) => element.status === 'executing' && element.owner === node)
    .flatMap((element) => {
      const effect = executeEffectOf(definition, state, element);
      return effect ? [{ effect, name: definition.nodesById.get(element.nodeId)?.name ?? element.nodeId }] : [];
    });
}
