import { openElements, type Command, type ElementInstance, type UpdateRetryPolicy } from '../../src/engine/index.js';
import type { Drive } from './drive.js';

/** What workers, breakers and operators do about attempts, with the element it is done to. */
export interface RecoveryDeed {
  readonly activate?: string;
  readonly heartbeat?: string;
  readonly hold?: string;
  readonly releaseParked?: string;
  readonly retryNow?: string;
  readonly postpone?: string;
  readonly giveUp?: string;
  readonly policy?: string;
  readonly budget?: UpdateRetryPolicy['budget'];
  /** Of a lock, in ms; of `postpone`, from now. */
  readonly forMs?: number;
  readonly circuit?: string;
  readonly details?: string;
}

/** The engine's command for such a deed; null where it is none. */
export function recoveryCommand(drive: Drive, deed: RecoveryDeed): Command | null {
  const { forMs = 10_000, circuit = 'https://bureau' } = deed;
  const expectedVersion = null;
  if (deed.activate !== undefined)
    return { type: 'activate-job', elementInstanceId: find(drive, deed.activate).id, worker: 'w', lockMs: forMs };
  if (deed.heartbeat !== undefined) {
    const { id: elementInstanceId, attempt } = find(drive, deed.heartbeat);
    return { type: 'record-heartbeat', elementInstanceId, attempt, details: deed.details, lockMs: forMs };
  }
  if (deed.hold !== undefined) {
    const { id: elementInstanceId, attempt, attemptStartedAt } = find(drive, deed.hold);
    return { type: 'hold-attempt', elementInstanceId, attempt, begunAt: attemptStartedAt ?? NaN, circuit };
  }
  if (deed.releaseParked !== undefined)
    return { type: 'release-parked', elementInstanceId: find(drive, deed.releaseParked).id, circuit };
  if (deed.retryNow !== undefined)
    return { type: 'retry-now', taskId: deed.retryNow, expectedVersion, ignoresCircuit: true, correlationId: 'c' };
  if (deed.postpone !== undefined)
    return { type: 'postpone-retry', taskId: deed.postpone, expectedVersion, until: drive.now + forMs };
  if (deed.giveUp !== undefined) return { type: 'give-up-retries', taskId: deed.giveUp, expectedVersion };
  if (deed.policy !== undefined)
    return { type: 'update-retry-policy', taskId: deed.policy, expectedVersion, budget: deed.budget ?? {} };
  return null;
}

function find(drive: Drive, nodeId: string): ElementInstance {
  const found = drive.state ? openElements(drive.state).find((element) => element.nodeId === nodeId) : undefined;
  if (!found) throw new Error(`Expected ${nodeId} to be open, but it is not`);
  return found;
}
