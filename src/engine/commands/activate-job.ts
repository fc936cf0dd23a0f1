import { jobDueAt } from '../behaviors/run-out-of-time.js';
import { scheduleJobTimer } from '../behaviors/run-attempt.js';
import { releaseWait } from '../behaviors/release-waits.js';
import { nodeOf, touchElement, type Draft } from '../state/draft.js';
import type { InstanceState } from '../state/instance-state.js';
import type { Rejected } from '../step-result.js';
import type { ActivateJob } from './command.js';
import { reject } from './guards.js';

/** A worker takes a job: its attempt begins, under a lock that runs out by itself. Refused when the job is not there to be taken. */
export function activateJob(draft: Draft, before: InstanceState, command: ActivateJob): Rejected | null {
  const instance = touchElement(draft, command.elementInstanceId);
  if (instance?.status !== 'queued' || draft.state.paused) {
    const found = instance ? (draft.state.paused ? 'the instance is paused' : `it is ${instance.status}`) : 'the visit has ended';
    const message = `Expected element instance ${command.elementInstanceId} to be a job that no worker has taken, but ${found}.`;
    return reject('NO_SUCH_JOB', message, { currentStatus: before.status });
  }
  const { now } = draft.context;
  releaseWait(draft, instance);
  draft.subject = instance;
  instance.status = 'executing';
  instance.attemptStartedAt = now;
  instance.lock = { worker: command.worker, lockedUntil: now + command.lockMs, heartbeatAt: now };
  scheduleJobTimer(draft, instance, jobDueAt(nodeOf(draft, instance), instance));
  return null;
}
