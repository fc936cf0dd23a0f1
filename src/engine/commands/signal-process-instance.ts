import { nodeOf, openElements, type Draft } from '../state/draft.js';
import type { ElementInstance, InstanceState } from '../state/instance-state.js';
import type { Rejected } from '../step-result.js';
import type { SignalProcessInstance } from './command.js';
import { deliver } from './deliver-message.js';
import { guard, reject } from './guards.js';

/** Completes what waits for a person or a message; with `failure`, reports that the work outside failed. */
export function signalProcessInstance(draft: Draft, before: InstanceState, command: SignalProcessInstance): Rejected | null {
  const refused = guard(before, command.expectedVersion, ['running', 'waiting', 'error', 'paused']);
  if (refused) return refused;
  const waiting = findWaiting(before, command);
  if ('kind' in waiting) return waiting;
  const node = nodeOf(draft, waiting);
  if (command.action !== null && node.type === 'userTask' && node.actions.length > 0) {
    const allowed = node.actions.map((each) => each.action);
    if (!allowed.includes(command.action)) {
      return reject('UNKNOWN_ACTION', `'${command.action}' is not an action of '${node.name}'. Allowed: ${allowed.join(', ')}`, {
        allowed,
      });
    }
  }
  const { payload, action, failure } = command;
  deliver(draft, { elementInstanceId: waiting.id, payload, action, failure });
  return null;
}

function findWaiting(before: InstanceState, command: SignalProcessInstance): ElementInstance | Rejected {
  const kept = new Set(before.inbox.map((entry) => (entry.type === 'message' ? entry.elementInstanceId : null)));
  const candidates = openElements(before).filter(
    (element) =>
      element.status === 'waiting' && (element.dueAt === null || element.subscription !== null) && !kept.has(element.id),
  );
  const found = candidates.find((element) =>
    command.elementInstanceId !== null
      ? element.id === command.elementInstanceId
      : command.taskId === null || element.nodeId === command.taskId,
  );
  if (found) return found;
  const waitingTasks = candidates.map((element) => element.nodeId);
  if (waitingTasks.length === 0) {
    return reject('TASK_NOT_WAITING', `Process instance is not in waiting state. Current state: ${before.status}`, {
      currentStatus: before.status,
      waitingTasks,
    });
  }
  return reject(
    'TASK_NOT_WAITING',
    `Task '${command.taskId ?? ''}' does not wait for a signal. Waiting: ${waitingTasks.join(', ')}`,
    {
      currentStatus: before.status,
      waitingTasks,
    },
  );
}
