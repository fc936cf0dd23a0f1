import { changeVariables, type Draft } from '../state/draft.js';
import type { InstanceState } from '../state/instance-state.js';
import type { Rejected } from '../step-result.js';
import type { SetProcessVariables } from './command.js';
import { guard } from './guards.js';

/** Changes variables of an instance that has not ended; nothing is executed by it. */
export function setProcessVariables(draft: Draft, before: InstanceState, command: SetProcessVariables): Rejected | null {
  const refused = guard(before, command.expectedVersion, ['running', 'waiting', 'error', 'paused']);
  if (refused) return refused;
  changeVariables(draft, command.type, null, command.variables);
  return null;
}
