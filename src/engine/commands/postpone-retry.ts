import { scheduleRetry } from '../behaviors/fail-element.js';
import { touchElement, type Draft } from '../state/draft.js';
import type { InstanceState } from '../state/instance-state.js';
import type { Rejected } from '../step-result.js';
import type { PostponeRetry } from './command.js';
import { findWaitingRetry } from './waiting-retry.js';

/** The next automatic attempt is made at another time: later or earlier, but not before now. */
export function postponeRetry(draft: Draft, before: InstanceState, command: PostponeRetry): Rejected | null {
  const found = findWaitingRetry(before, command);
  if ('kind' in found) return found;
  const instance = touchElement(draft, found.id);
  if (!instance) return null;
  draft.subject = instance;
  instance.dueAt = Math.max(command.until, draft.context.now);
  // While it was paused its row may have fired already; what is kept of that must not fire before the new time.
  draft.state.inbox = draft.state.inbox.filter(
    (entry) => entry.type !== 'timer' || entry.timer.kind !== 'retry' || entry.timer.elementInstanceId !== instance.id,
  );
  scheduleRetry(draft, instance, instance.dueAt);
  return null;
}
