import type { Rejected, RejectionCode } from '../step-result.js';
import { openElements } from '../state/draft.js';
import type { ElementInstance, InstanceState, InstanceStatus } from '../state/instance-state.js';
import type { JsonObject } from '../state/json.js';

/** A refusal. */
export function reject(code: RejectionCode, message: string, data: JsonObject): Rejected {
  return { kind: 'rejected', code, message, data };
}

/** CONTRACT section 2: "Process instance is not in error state. Current state: running". */
function rejectState(state: InstanceState, expected: string): Rejected {
  const nextGuid = state.ending?.nextGuid ?? null;
  const next = nextGuid === null ? '' : `. It was closed for another run: '${nextGuid}'`;
  return reject('INVALID_STATE', `Process instance is not in ${expected} state. Current state: ${state.status}${next}`, {
    currentStatus: state.status,
    ...(nextGuid !== null && { nextInstanceGuid: nextGuid }),
  });
}

/** `expectedVersion` and the states a command is allowed in. Null: go on. */
export function guard(
  before: InstanceState,
  expectedVersion: number | null,
  allowed: readonly InstanceStatus[],
): Rejected | null {
  if (!allowed.includes(before.status)) return rejectState(before, joinWords(allowed));
  if (expectedVersion !== null && expectedVersion !== before.version) {
    return reject(
      'STALE_VERSION',
      `Expected the process instance to be at version ${expectedVersion}, but it is at version ${before.version}. Read its state and decide again.`,
      { currentVersion: before.version, currentStatus: before.status },
    );
  }
  return null;
}

/** The open failure that a command means: of `taskId`, or the oldest. */
export function findFailed(state: InstanceState, taskId: string | null): ElementInstance | Rejected {
  const failed = failedElements(state);
  const found = taskId === null ? failed[0] : failed.find((element) => element.nodeId === taskId);
  if (found) return found;
  return reject(
    'TASK_NOT_FAILED',
    `Task '${taskId ?? ''}' has not failed. Failed tasks: ${failed.map((element) => element.nodeId).join(', ')}`,
    {
      failedTasks: failed.map((element) => element.nodeId),
      currentStatus: state.status,
    },
  );
}

/** Open failures, oldest first. */
export function failedElements(state: InstanceState): ElementInstance[] {
  return openElements(state)
    .filter((element) => element.status === 'failed')
    .sort((a, b) => (a.incident?.at ?? 0) - (b.incident?.at ?? 0) || a.id - b.id);
}

function joinWords(words: readonly string[]): string {
  return words.length <= 1 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words[words.length - 1] ?? ''}`;
}
