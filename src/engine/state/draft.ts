import type { CallActivityNode, FlowNode, ProcessDefinition, SequenceFlow } from '../definition/process-definition.js';
import type { Effect } from '../effects/effect.js';
import { expectInvariant } from '../invariant.js';
import type { LastResort } from '../recovery/retry-policy.js';
import { variablePath, type VariableCause, type VariableChange, type VariableWrite } from './variable-change.js';
import type { ElementInstance, InstanceState, ScopeState, SteppedTask } from './instance-state.js';
import type { JsonObject } from './json.js';

/** What a step is told of the world: nothing else reaches the engine. */
export interface StepContext {
  /** Epoch ms. */
  readonly now: number;
  /** The server process that will run the attempts which this step begins. */
  readonly node: number;
  /** The connectors of that process. Work of any other type is a job for a worker. */
  readonly connectors: { has(type: string): boolean };
  /** The call activity that the instance was called by, in its own definition; null or absent: none. */
  readonly caller?: CallActivityNode | null;
}

/** An element that a token is about to enter. */
export interface Entry {
  readonly node: FlowNode;
  readonly scopeId: number;
  /** The flow it comes by; null for start and boundary events. */
  readonly via: string | null;
}

/** A task whose automatic attempts have come to their end, and what becomes of it. */
export interface PendingResort {
  readonly elementInstanceId: number;
  readonly resort: Extract<LastResort, { do: 'throw' | 'skip' | 'complete' }>;
}

/** The working copy of one step. Only this is ever changed; the state that came in stays as it was. */
export interface Draft {
  readonly definition: ProcessDefinition;
  readonly context: StepContext;
  readonly state: InstanceState;
  readonly effects: Effect[];
  readonly touchedScopes: Set<number>;
  readonly queue: Entry[];
  readonly changes: VariableChange[];
  /** Every change of the variables, in order. */
  readonly writes: VariableWrite[];
  readonly terminatedTasks: string[];
  /** Elements that may still be entered in this step. */
  budget: number;
  /** Failures that end in a last resort, settled when the tokens move: behaviors must not depend on each other in a circle. */
  readonly resorts: PendingResort[];
  /** Visits whose attempt may begin though its circuit is not closed. */
  readonly probes: Set<number>;
  /** Visits whose incident was opened in this step. */
  readonly opened: Set<number>;
  /** Whether this step has put off an element. */
  putOff: boolean;
  /** Whether what is put off must go on anew, though this step has put off nothing. */
  continues: boolean;
  /** Whether a failure has changed variables, which retries of others may go by. */
  freesRetries: boolean;
  /** The element instance the command is about, for the report. */
  subject: ElementInstance | null;
  /** The table of elements, handed in by `step` so that behaviors need not know the elements. */
  readonly activate: (draft: Draft, node: FlowNode, instance: ElementInstance) => void;
  /** Supervised mode: the task this step stepped over; what follows it is known when the step is done. */
  steppedOver: Omit<SteppedTask, 'followers'> | null;
  /** Step backward: how the task went that is stood before again. */
  previousExecution: SteppedTask | null;
  /** Supervised mode: the element instance that may be executed now. */
  steppedInto: number | null;
}

/** Elements one step may enter before it puts the rest off (DESIGN section 5: a step is bounded). */
const ENTRIES_PER_STEP = 1_000;

/** A draft on a copy of what a step may change; `state` itself stays as it was. */
export function openDraft(
  definition: ProcessDefinition,
  state: InstanceState,
  context: StepContext,
  activate: Draft['activate'],
): Draft {
  return {
    definition,
    context,
    activate,
    state: { ...state, scopes: { ...state.scopes }, version: state.version + 1, updatedAt: context.now },
    effects: [],
    touchedScopes: new Set(),
    queue: [],
    changes: [],
    writes: [],
    terminatedTasks: [],
    resorts: [],
    probes: new Set(),
    opened: new Set(),
    budget: ENTRIES_PER_STEP,
    putOff: false,
    continues: false,
    freesRetries: false,
    subject: null,
    steppedOver: null,
    previousExecution: null,
    steppedInto: null,
  };
}

/** The scope, copied for change the first time it is asked for. Lists in its elements are replaced, never changed. */
export function touchScope(draft: Draft, scopeId: number): ScopeState {
  const scope = draft.state.scopes[scopeId];
  expectInvariant(scope, `scope ${scopeId} to be open`);
  if (draft.touchedScopes.has(scopeId)) return scope;
  const copy: ScopeState = { ...scope, elements: scope.elements.map((element) => ({ ...element })) };
  draft.state.scopes[scopeId] = copy;
  draft.touchedScopes.add(scopeId);
  return copy;
}

/** The open element instance with this id, ready for change; null when it is not open. */
export function touchElement(draft: Draft, id: number): ElementInstance | null {
  for (const key in draft.state.scopes) {
    const scope = draft.state.scopes[key];
    const at = scope ? indexOfElement(scope, id) : -1;
    if (scope && at >= 0) return touchScope(draft, scope.id).elements[at] ?? null;
  }
  return null;
}

/** Where the element instance stands in its scope, -1 when it does not. Elements are ordered by id, so a step with thousands of open ones stays linear. */
function indexOfElement({ elements }: ScopeState, id: number): number {
  let low = 0;
  let high = elements.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((elements[middle]?.id ?? id) < id) low = middle + 1;
    else high = middle;
  }
  return elements[low]?.id === id ? low : -1;
}

/** All open element instances, oldest first. */
export function openElements(state: InstanceState): ElementInstance[] {
  const all: ElementInstance[] = [];
  for (const key in state.scopes) all.push(...(state.scopes[key]?.elements ?? []));
  return all.length > 1 ? all.sort((a, b) => a.id - b.id) : all;
}

/** Held back for a later step (this one was full, or a server gave it back), not because the instance is paused or stepped. */
export function isPutOff(element: ElementInstance): boolean {
  return element.status === 'ready' && element.dueAt !== null;
}

/** The node that an element instance visits. @throws InvariantViolation when the definition has none such */
export function nodeOf(draft: Draft, element: ElementInstance): FlowNode {
  const node = draft.definition.nodesById.get(element.nodeId);
  expectInvariant(node, `element '${element.nodeId}' to be in the definition`);
  return node;
}

/** A new visit of `node`. */
export function createElement(draft: Draft, node: FlowNode, scopeId: number, via: string | null): ElementInstance {
  const element: ElementInstance = {
    id: ++draft.state.lastElementInstanceId,
    nodeId: node.id,
    scopeId,
    status: 'ready',
    startedAt: draft.context.now,
    attempt: 0,
    budgetFrom: 0,
    lossesInARow: 0,
    attemptStartedAt: null,
    owner: null,
    lock: null,
    recovery: null,
    requestedBy: null,
    local: null,
    incident: null,
    dueAt: null,
    subscription: null,
    arrived: via === null ? [] : [via],
    boundaryTimers: [],
    timersArmed: false,
    run: 0,
    undo: null,
  };
  touchScope(draft, scopeId).elements.push(element);
  return element;
}

/** Takes a visit that has ended out of its scope; nothing when it is not there. */
export function removeElement(draft: Draft, element: ElementInstance): void {
  const scope = touchScope(draft, element.scopeId);
  const at = indexOfElement(scope, element.id);
  if (at >= 0) scope.elements.splice(at, 1);
}

/**
 * Adds `variables` to the process variables. `undefined` values never occur.
 * @param by the visit that they are of; null: they are of the instance
 */
export function mergeVariables(
  draft: Draft,
  cause: VariableCause,
  by: Pick<ElementInstance, 'id'> | null,
  variables: JsonObject | null,
): void {
  const names = variables === null ? [] : Object.keys(variables);
  if (names.length > 0) replaceVariables(draft, cause, by, { ...draft.state.variables, ...variables }, names);
}

/** The process variables are these from now on. `names`: those that may differ. All that changes variables comes by here. */
export function replaceVariables(
  draft: Draft,
  cause: VariableCause,
  by: Pick<ElementInstance, 'id'> | null,
  after: JsonObject,
  names: readonly string[],
): void {
  const { variables: before, lastElementInstanceId: entered } = draft.state;
  draft.writes.push({ cause, elementInstanceId: by?.id ?? null, entered, names, before, after });
  draft.state.variables = after;
}

/** As `mergeVariables`, by a person's command: what changed is reported, for the audit. */
export function changeVariables(
  draft: Draft,
  cause: VariableCause,
  by: Pick<ElementInstance, 'id'> | null,
  variables: JsonObject | null,
): void {
  if (variables === null) return;
  draft.changes.push(...changesBetween(draft.state.variables, { ...draft.state.variables, ...variables }));
  mergeVariables(draft, cause, by, variables);
}

/** Variables that differ, those of `after` first, in their order. */
export function changesBetween(before: JsonObject, after: JsonObject): VariableChange[] {
  const names = new Set([...Object.keys(after), ...Object.keys(before)]);
  return [...names]
    .filter((name) => before[name] !== after[name] && JSON.stringify(before[name]) !== JSON.stringify(after[name]))
    .map((name) => ({
      path: variablePath(name),
      before: before[name] ?? null,
      after: after[name] ?? null,
    }));
}

/** Variables as an element of this scope sees them: the process's, overlaid by what enclosing sub-processes and the visit map in. */
export function visibleVariables(draft: Pick<Draft, 'state'>, scopeId: number, local: JsonObject | null): JsonObject {
  const overlays: JsonObject[] = local === null ? [] : [local];
  for (let scope = draft.state.scopes[scopeId]; scope && scope.parentId !== null;) {
    const parent: ScopeState | undefined = draft.state.scopes[scope.parentId];
    const owner: ElementInstance | undefined = parent?.elements.find((element) => element.id === scope?.id);
    if (owner?.local) overlays.unshift(owner.local);
    scope = parent;
  }
  return overlays.length === 0 ? draft.state.variables : (Object.assign({}, draft.state.variables, ...overlays) as JsonObject);
}

/** Sends a token along each flow. */
export function takeFlows(draft: Draft, flows: readonly SequenceFlow[], scopeId: number): void {
  for (const flow of flows) draft.queue.push({ node: flow.target, scopeId, via: flow.id });
}
