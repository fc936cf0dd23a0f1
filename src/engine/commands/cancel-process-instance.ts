import { terminateScope } from '../behaviors/terminate-element.js';
import { ROOT_SCOPE, type InstanceState } from '../state/instance-state.js';
import type { Draft } from '../state/draft.js';
import type { Rejected } from '../step-result.js';
import type { CancelProcessInstance } from './command.js';
import { guard } from './guards.js';

/** Ends the instance for good: attempts are told to stop, and nothing that arrives later has an effect (CONTRACT section 5). */
export function cancelProcessInstance(draft: Draft, before: InstanceState, command: CancelProcessInstance): Rejected | null {
  const refused = guard(before, command.expectedVersion, ['running', 'waiting', 'error', 'paused']);
  if (refused) return refused;
  terminateScope(draft, ROOT_SCOPE, 'cancelled');
  Object.assign(draft.state, { status: 'cancelled', paused: false, endedAt: draft.context.now, inbox: [], trail: [] });
  return null;
}
