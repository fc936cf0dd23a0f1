import { goOnLater } from '../behaviors/put-off.js';
import type { Draft } from '../state/draft.js';
import type { Rejected } from '../step-result.js';
import type { ReleaseAttempt } from './command.js';
import { unbegunAttempt } from './unbegun-attempt.js';

/**
 * Gives back an attempt that this node has not begun: its number is free again, and the node that acts on the `continue` row
 * begins it. Nothing was done outside, so that a task that may run at most once goes on too. While the instance is paused,
 * the visit is held for the resume.
 */
export function releaseAttempt(draft: Draft, command: ReleaseAttempt): Rejected | null {
  const instance = unbegunAttempt(draft, command);
  if ('kind' in instance) return instance;
  draft.subject = instance;
  Object.assign(instance, { status: 'ready', attempt: instance.attempt - 1, attemptStartedAt: null, owner: null });
  if (!draft.state.paused) goOnLater(draft, instance, command.delayMs);
  return null;
}
