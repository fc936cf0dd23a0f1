import { scheduleJobTimer } from '../behaviors/run-attempt.js';
import { jobDueAt } from '../behaviors/run-out-of-time.js';
import { remember } from '../behaviors/visit-recovery.js';
import { nodeOf, type Draft } from '../state/draft.js';
import type { Rejected } from '../step-result.js';
import type { RecordHeartbeat } from './command.js';
import { currentAttempt } from './complete-attempt.js';

/** A sign of life: what it says is kept for the next attempt, and a worker's lock is extended. Never shortens a lock. */
export function recordHeartbeat(draft: Draft, command: RecordHeartbeat): Rejected | null {
  const instance = currentAttempt(draft, command.elementInstanceId, command.attempt, command.lockMs !== null);
  if ('kind' in instance) return instance;
  draft.subject = instance;
  if (command.details !== undefined) remember(instance, { heartbeat: command.details });
  if (instance.lock === null) return null;
  const { now } = draft.context;
  const lockedUntil = Math.max(instance.lock.lockedUntil, now + (command.lockMs ?? 0));
  instance.lock = { ...instance.lock, lockedUntil, heartbeatAt: now };
  scheduleJobTimer(draft, instance, jobDueAt(nodeOf(draft, instance), instance));
  return null;
}
