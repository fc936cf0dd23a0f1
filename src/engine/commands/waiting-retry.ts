import { openElements } from '../state/draft.js';
import type { ElementInstance, InstanceState } from '../state/instance-state.js';
import type { Rejected } from '../step-result.js';
import { guard, reject } from './guards.js';

/** The task that waits for its next automatic attempt: of this visit, else of `taskId`, else (null) the only one. */
export function findWaitingRetry(
  before: InstanceState,
  {
    taskId,
    elementInstanceId,
    expectedVersion,
  }: { readonly taskId: string | null; readonly elementInstanceId?: number; readonly expectedVersion: number | null },
): ElementInstance | Rejected {
  const refused = guard(before, expectedVersion, ['running', 'waiting', 'error', 'paused']);
  if (refused) return refused;
  const waiting = openElements(before).filter(({ status }) => status === 'retrying' || status === 'held');
  const found = waiting.filter(({ id, nodeId }) =>
    elementInstanceId === undefined ? taskId === null || nodeId === taskId : id === elementInstanceId,
  );
  const [first] = found;
  if (first && (found.length === 1 || taskId !== null)) return first;
  const retryingTasks = waiting.map(({ nodeId }) => nodeId);
  const message =
    first !== undefined
      ? `Expected one task to wait for its next attempt, but several do. Name one as 'taskId': ${retryingTasks.join(', ')}`
      : taskId !== null && retryingTasks.length > 0
        ? `Task '${taskId}' does not wait for its next attempt. Those that do: ${retryingTasks.join(', ')}`
        : `Expected a task that waits for its next attempt, but none does. Current state: ${before.status}`;
  return reject('TASK_NOT_RETRYING', message, { retryingTasks, currentStatus: before.status });
}
