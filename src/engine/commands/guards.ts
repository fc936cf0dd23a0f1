import type { FailureKey } from './command.js';
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

/** The open failure that a command means: this very one, that of `taskId`, or the oldest. */
export function findFailed(
  state: InstanceState,
  { taskId, failure }: { readonly taskId: string | null; readonly failure?: FailureKey },
): ElementInstance | Rejected {
  const failed = failedElements(state);
  if (failure) return failed.find((element) => isFailure(element, failure)) ?? rejectGone(state, failed, failure);
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

function isFailure({ id, incident }: ElementInstance, { elementInstanceId, attempt }: FailureKey): boolean {
  return id === elementInstanceId && incident?.attempt === attempt;
}

function rejectGone(
  state: InstanceState,
  failed: readonly ElementInstance[],
  { elementInstanceId, attempt }: FailureKey,
): Rejected {
  const now = failed.find(({ id }) => id === elementInstanceId);
  const message =
    now === undefined
      ? `The failure of attempt ${attempt} has been settled since. Current state: ${state.status}`
      : `Attempt ${attempt} of task '${now.nodeId}' was followed by attempt ${now.incident?.attempt ?? now.attempt}, which failed, too. Read its state and decide again.`;
  return reject('FAILURE_SETTLED', message, {
    failedTasks: failed.map(({ nodeId }) => nodeId),
    currentStatus: state.status,
  });
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
