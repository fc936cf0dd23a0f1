import {
  isReadableSchema,
  ROOT_SCOPE,
  STATE_SCHEMA,
  upgradeElement,
  type ElementInstance,
  type InstanceState,
  type JsonObject,
  type ScopeState,
} from '../../engine/index.js';

/**
 * What is left out of the stored form, because it is the usual: a state is written with every step, and most of it says
 * "nothing". The decoder puts it back. Measured: half the text, and half the time to make it.
 */
const USUAL_ELEMENT = {
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
  arrived: [],
  boundaryTimers: [],
  timersArmed: false,
  run: 0,
  undo: null,
} satisfies Partial<ElementInstance>;
const USUAL_STATE = {
  paused: false,
  endedAt: null,
  inbox: [],
  trail: [],
  continuations: 0,
  run: null,
  ending: null,
} satisfies Partial<InstanceState>;

type Stored = Readonly<Record<string, unknown>>;

/**
 * The state as the instance's row keeps it: variables have a column, sub-process scopes have rows of their own. Written as
 * text by hand: gathering an object of what is unusual and making it text afterwards takes twice as long.
 */
export function encodeState(state: InstanceState): string {
  const { schema, version, status, executionMode, startedAt, updatedAt, lastElementInstanceId } = state;
  let text = `{"schema":${schema},"guid":${JSON.stringify(state.guid)},"version":${version},"status":"${status}","executionMode":"${executionMode}","startedAt":${startedAt},"updatedAt":${updatedAt},"lastElementInstanceId":${lastElementInstanceId}`;
  if (state.paused) text += ',"paused":true';
  if (state.endedAt !== null) text += `,"endedAt":${state.endedAt}`;
  if (state.inbox.length > 0) text += `,"inbox":${JSON.stringify(state.inbox)}`;
  if (state.trail.length > 0) text += `,"trail":${JSON.stringify(state.trail)}`;
  if (state.continuations !== 0) text += `,"continuations":${state.continuations}`;
  if (state.run !== null) text += `,"run":${JSON.stringify(state.run)}`;
  if (state.ending !== null) text += `,"ending":${JSON.stringify(state.ending)}`;
  const root = state.scopes[ROOT_SCOPE];
  if (root) text += `,"root":${encodeScope(root)}`;
  return `${text}}`;
}

export function encodeScope({ id, parentId, elements }: ScopeState): string {
  return `{"id":${id},"parentId":${parentId},"elements":[${elements.map(encodeElement).join(',')}]}`;
}

/** `owner` is never the last key: the look for a dead server's attempts reads the text (`sql/keep-nodes.ts`). */
function encodeElement(element: ElementInstance): string {
  let text = `{"id":${element.id},"nodeId":${JSON.stringify(element.nodeId)},"scopeId":${element.scopeId}`;
  if (element.owner !== null) text += `,"owner":${element.owner}`;
  text += `,"status":"${element.status}","startedAt":${element.startedAt},"attempt":${element.attempt}`;
  if (element.attemptStartedAt !== null) text += `,"attemptStartedAt":${element.attemptStartedAt}`;
  if (element.budgetFrom !== 0) text += `,"budgetFrom":${element.budgetFrom}`;
  if (element.lossesInARow !== 0) text += `,"lossesInARow":${element.lossesInARow}`;
  if (element.lock !== null) text += `,"lock":${JSON.stringify(element.lock)}`;
  if (element.recovery !== null) text += `,"recovery":${JSON.stringify(element.recovery)}`;
  if (element.requestedBy !== null) text += `,"requestedBy":${JSON.stringify(element.requestedBy)}`;
  if (element.local !== null) text += `,"local":${JSON.stringify(element.local)}`;
  if (element.incident !== null) text += `,"incident":${JSON.stringify(element.incident)}`;
  if (element.dueAt !== null) text += `,"dueAt":${element.dueAt}`;
  if (element.subscription !== null) text += `,"subscription":${JSON.stringify(element.subscription)}`;
  if (element.arrived.length > 0) text += `,"arrived":${JSON.stringify(element.arrived)}`;
  if (element.boundaryTimers.length > 0) text += `,"boundaryTimers":${JSON.stringify(element.boundaryTimers)}`;
  if (element.timersArmed) text += ',"timersArmed":true';
  if (element.run !== 0) text += `,"run":${element.run}`;
  if (element.undo !== null) text += `,"undo":${JSON.stringify(element.undo)}`;
  return `${text}}`;
}

/**
 * The inverse, from the parsed columns.
 * @throws Error when a newer version of the server has written it
 */
export function decodeState(
  stored: JsonObject,
  variables: JsonObject,
  scopes: Readonly<Record<number, JsonObject>> | null,
): InstanceState {
  const { root, ...rest } = stored as Stored & { root?: JsonObject };
  if (!isReadableSchema(rest['schema'])) {
    throw new Error(
      `Expected a state of schema ${STATE_SCHEMA}, but it is of schema ${String(rest['schema'])}: a newer server has written it`,
    );
  }
  const all: Record<number, ScopeState> = {};
  if (root) all[ROOT_SCOPE] = unpackScope(root);
  for (const [id, scope] of Object.entries(scopes ?? {})) all[Number(id)] = unpackScope(scope);
  return { ...USUAL_STATE, ...rest, schema: STATE_SCHEMA, variables, scopes: all } as unknown as InstanceState;
}

function unpackScope(stored: JsonObject): ScopeState {
  const { id, parentId, elements } = stored as unknown as ScopeState;
  return { id, parentId, elements: elements.map((element) => upgradeElement({ ...USUAL_ELEMENT, ...element })) };
}
