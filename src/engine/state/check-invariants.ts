import { isActivity, type FlowNode, type ProcessDefinition } from '../definition/process-definition.js';
import { isPutOff, openElements } from './draft.js';
import { ROOT_SCOPE, type ElementInstance, type InstanceState, type ScopeState } from './instance-state.js';

/** What must hold of every stored state. Empty when it does; each finding is a sentence. Used by tests and by `doctor`. */
export function checkInvariants(definition: ProcessDefinition, state: InstanceState): string[] {
  const elements = openElements(state);
  const found = [...checkInstance(state, elements), ...Object.values(state.scopes).flatMap((scope) => checkScope(state, scope))];
  for (const element of elements) {
    const node = definition.nodesById.get(element.nodeId);
    const findings = node ? checkElement(state, node, element) : ['is not in the definition'];
    found.push(...findings.map((what) => `${element.nodeId} (${element.id}, ${element.status}) ${what}`));
  }
  if (new Set(elements.map((element) => element.id)).size !== elements.length) found.push('an element instance is open twice');
  return found;
}

function checkInstance(state: InstanceState, elements: readonly ElementInstance[]): string[] {
  const found: string[] = [];
  const ended = state.status === 'completed' || state.status === 'cancelled';
  if (ended !== (state.endedAt !== null)) found.push(`status ${state.status} and endedAt ${String(state.endedAt)} disagree`);
  if (ended && (Object.keys(state.scopes).length > 0 || state.inbox.length > 0))
    found.push('something is open in a finished instance');
  if (!ended && elements.length === 0) found.push('nothing is open in an instance that has not ended');
  if (state.paused !== (state.status === 'paused')) found.push(`status ${state.status} and paused ${state.paused} disagree`);
  if (!state.paused && state.inbox.length > 0) found.push('something is kept for later in an instance that is not paused');
  if (state.continuations > 0 !== elements.some(isPutOff))
    found.push(`${state.continuations} continuations and what is put off disagree`);
  if (state.ending !== null && state.status !== 'cancelled') found.push(`status ${state.status}, but it ended otherwise`);
  const failed = elements.some((element) => element.status === 'failed');
  if (!ended && !state.paused && failed !== (state.status === 'error'))
    found.push(`status ${state.status}, but ${failed ? 'an' : 'no'} incident is open`);
  return found;
}

function checkScope(state: InstanceState, scope: ScopeState): string[] {
  const found: string[] = [];
  const owner = scope.parentId === null ? null : state.scopes[scope.parentId]?.elements.find(({ id }) => id === scope.id);
  if (scope.id === ROOT_SCOPE ? scope.parentId !== null : owner?.status !== 'active')
    found.push(`scope ${scope.id} belongs to no active sub-process`);
  if (scope.elements.length === 0) found.push(`scope ${scope.id} is open and empty`);
  if (scope.elements.some((element) => element.scopeId !== scope.id)) found.push(`scope ${scope.id} holds an element of another`);
  if (scope.elements.some(({ id }, i) => i > 0 && id <= (scope.elements[i - 1]?.id ?? 0)))
    found.push(`scope ${scope.id} is not ordered by age`);
  return found;
}

function checkElement(state: InstanceState, node: FlowNode, element: ElementInstance): string[] {
  const found: string[] = [];
  const { status, incident, attempt } = element;
  const executing = status === 'executing';
  if (executing !== (element.owner !== null || element.lock !== null))
    found.push('executes without an owner or a lock, or has one and does not execute');
  if (element.owner !== null && element.lock !== null) found.push('is executed by a server and by a worker');
  if (element.lock !== null && element.dueAt === null) found.push('is locked without an end');
  if (executing && (attempt < 1 || element.attemptStartedAt === null)) found.push('executes no attempt');
  if ((status === 'failed' || status === 'retrying') && incident?.attempt !== attempt)
    found.push('has no incident for its attempt');
  if ((status === 'retrying' || status === 'held') && element.dueAt === null) found.push('has no time for its next attempt');
  if (status === 'waiting' && node.type !== 'userTask' && !isWoken(state, element))
    found.push('waits without a timer, a subscription or a delivery that is kept');
  if (status === 'ready' && !mayBeHeld(state, node, element)) found.push('is held back for no reason');
  if (status === 'queued' && attempt < 1) found.push('is a job without an attempt');
  if (status === 'joining' && element.arrived.length === 0) found.push('waits for further tokens and has none');
  if (status === 'active' && !state.scopes[element.id]) found.push('has no scope');
  if (status === 'calling' && (node.type !== 'callActivity' || element.run < 1)) found.push('calls nothing');
  if (element.id > state.lastElementInstanceId) found.push('has an id that was not given out');
  if (element.budgetFrom > attempt) found.push('does not count more attempts than it has');
  if (element.boundaryTimers.length > 0 && !element.timersArmed) found.push('has boundary timers that were not armed');
  return found;
}

function isWoken(state: InstanceState, element: ElementInstance): boolean {
  const isKept = state.inbox.some((entry) => entry.type === 'message' && entry.elementInstanceId === element.id);
  return element.dueAt !== null || element.subscription !== null || isKept;
}

function mayBeHeld(state: InstanceState, node: FlowNode, element: ElementInstance): boolean {
  return state.paused || isPutOff(element) || (state.executionMode === 'Supervised' && isActivity(node));
}
