import { takeOver } from '../behaviors/take-over.js';
import { nodeOf, openElements, touchElement, type Draft } from '../state/draft.js';
import type { InstanceState } from '../state/instance-state.js';
import type { Rejected } from '../step-result.js';
import type { LoseAttempts } from './command.js';
import { reject } from './guards.js';

/** The process that ran these attempts is dead: each is taken over, or a person decides. */
export function loseAttempts(draft: Draft, before: InstanceState, { lostNode, drained }: LoseAttempts): Rejected | null {
  const lost = openElements(before).filter((element) => element.status === 'executing' && element.owner === lostNode);
  if (lost.length === 0) return reject('NOTHING_DUE', `Node ${lostNode} runs no attempt of this instance.`, { lostNode });
  for (const { id } of lost) {
    const instance = touchElement(draft, id);
    const executor = { who: 'The server that executed', drained, detail: { lostNode } };
    if (instance) takeOver(draft, nodeOf(draft, instance), instance, executor);
  }
  return null;
}
