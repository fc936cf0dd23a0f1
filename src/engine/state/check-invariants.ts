import type { ProcessDefinition } from '../definition/process-definition.js';
import { openElements } from './draft.js';
import type { ElementInstance, InstanceState } from './instance-state.js';

/** What must hold of every stored state. Empty when it does; each finding is a sentence. Used by tests and by `doctor`. */
export function checkInvariants(definition: ProcessDefinition, state: InstanceState): string[] {
  const found: string[] = [];
  const elements = openElements(state);
  const ended = state.status === 'completed' || state.status === 'cancelled';
  if (ended !== (state.endedAt !== null)) found.push(`status ${state.status} and endedAt ${String(state.endedAt)} disagree`);
  if (ended && Object.keys(state.scopes).length > 0) found.push('something is open in a finished instance');
  if (!ended && elements.length === 0) found.push('nothing is open in an instance that has not ended');
  const failed = elements.some((element) => element.status === 'failed');
  if (!ended && !state.paused && failed !== (state.status === 'error'))
    found.push(`status ${state.status}, but ${failed ? 'an' : 'no'} incident is open`);
  for (const element of elements) {
    if (!definition.nodesById.has(element.nodeId)) found.push(`'${element.nodeId}' is not in the definition`);
    found.push(...checkElement(state, element).map((what) => `${element.nodeId} (${element.id}, ${element.status}) ${what}`));
  }
  if (new Set(elements.map((element) => element.id)).size !== elements.length) found.push('an element instance is open twice');
  return found;
}

function checkElement(state: InstanceState, element: ElementInstance): string[] {
  const found: string[] = [];
  const { status } = element;
  if ((status === 'executing') !== (element.owner !== null))
    found.push('executes without an owner, or has an owner and does not execute');
  if (status === 'failed' && element.incident === null) found.push('has no incident');
  if (status === 'retrying' && element.dueAt === null && !isKept(state, element)) found.push('has no time for its next attempt');
  if (status === 'active' && !state.scopes[element.id]) found.push('has no scope');
  if (element.id > state.lastElementInstanceId) found.push('has an id that was not given out');
  return found;
}

function isKept(state: InstanceState, element: ElementInstance): boolean {
  return state.inbox.some((entry) => entry.type === 'timer' && entry.timer.elementInstanceId === element.id);
}
