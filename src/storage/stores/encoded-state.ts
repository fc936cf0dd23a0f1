import type { InstanceState, JsonObject, ScopeState } from '../../engine/index.js';
import { ROOT_SCOPE } from '../../engine/index.js';

/** The state as the instance's row keeps it: variables have a column, sub-process scopes have rows of their own. */
export function encodeState(state: InstanceState): string {
  const root = state.scopes[ROOT_SCOPE];
  return JSON.stringify({ ...state, variables: undefined, scopes: root ? { [ROOT_SCOPE]: root } : {} });
}

/** The inverse, from the parsed columns. */
export function decodeState(
  stored: Omit<InstanceState, 'variables'>,
  variables: JsonObject,
  scopes: Readonly<Record<number, ScopeState>> | null,
): InstanceState {
  return { ...stored, variables, scopes: scopes === null ? stored.scopes : { ...stored.scopes, ...scopes } };
}
