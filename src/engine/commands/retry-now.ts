import { releaseWait } from '../behaviors/release-waits.js';
import { nodeOf, touchElement, type Draft } from '../state/draft.js';
import type { InstanceState } from '../state/instance-state.js';
import type { Rejected } from '../step-result.js';
import type { RetryNow } from './command.js';
import { guard } from './guards.js';
import { findWaitingRetry } from './waiting-retry.js';

/** The next automatic attempt is made now. Its number counts as it would have at its time. */
export function retryNow(draft: Draft, before: InstanceState, command: RetryNow): Rejected | null {
  const refused = guard(before, command.expectedVersion, ['running', 'waiting', 'error']);
  if (refused) return refused;
  const found = findWaitingRetry(before, command);
  if ('kind' in found) return found;
  const instance = touchElement(draft, found.id);
  if (!instance) return null;
  const { correlationId, ignoresCircuit } = command;
  releaseWait(draft, instance);
  instance.requestedBy = { command: 'RetryNow', correlationId, ...(ignoresCircuit && { ignoresCircuit: true }) };
  draft.subject = instance;
  draft.activate(draft, nodeOf(draft, instance), instance);
  return null;
}
