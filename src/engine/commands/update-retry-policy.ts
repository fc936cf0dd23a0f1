import { scheduleRetry } from '../behaviors/fail-element.js';
import { recoveryOf, remember } from '../behaviors/visit-recovery.js';
import { isActivity, type FlowNode } from '../definition/process-definition.js';
import { delayOf, diceOf } from '../recovery/delay-of.js';
import { SINGLE_ATTEMPT, type RetryBudget } from '../recovery/retry-policy.js';
import { nodeOf, openElements, touchElement, type Draft } from '../state/draft.js';
import type { ElementInstance, InstanceState } from '../state/instance-state.js';
import type { Rejected } from '../step-result.js';
import type { UpdateRetryPolicy } from './command.js';
import { giveUp } from './give-up-retries.js';
import { guard, reject } from './guards.js';

const ATTEMPTED = ['executing', 'queued', 'retrying', 'held', 'failed'];

/**
 * Changes how often and when one visit is attempted. A retry that waits moves to its new time; where no attempt is left, its
 * last failure becomes an incident. An incident stays one: a person decides about it.
 */
export function updateRetryPolicy(draft: Draft, before: InstanceState, command: UpdateRetryPolicy): Rejected | null {
  const refused = guard(before, command.expectedVersion, ['running', 'waiting', 'error', 'paused']);
  if (refused) return refused;
  const found = findAttempted(draft, before, command.taskId, command.elementInstanceId ?? null);
  if ('kind' in found) return found;
  const instance = touchElement(draft, found.id);
  if (!instance) return null;
  const budget = changedBudget(nodeOf(draft, instance), instance, command);
  draft.subject = instance;
  remember(instance, { budget });
  if (instance.status !== 'retrying') return null;
  const attempts = instance.attempt - instance.budgetFrom;
  if (budget.maxAttempts !== null && attempts >= budget.maxAttempts)
    giveUp(draft, instance, `all ${budget.maxAttempts} attempts of the changed retry policy failed`);
  else if (command.budget.curve !== undefined || command.budget.budgetMs !== undefined)
    reschedule(draft, instance, budget, command.budget.curve === undefined ? null : attempts);
  return null;
}

/** `retry`: the wait of the changed curve that comes now; null: the time stays. */
function reschedule(draft: Draft, instance: ElementInstance, { curve, budgetMs }: RetryBudget, retry: number | null): void {
  const { now } = draft.context;
  const dice = diceOf(`${draft.state.guid}/${instance.id}/${instance.attempt}`);
  const failedAt = instance.incident?.at ?? now;
  const dueAt = retry === null ? (instance.dueAt ?? now) : Math.max(now, failedAt + delayOf(curve, retry, dice));
  const since = recoveryOf(instance).budgetSince ?? instance.startedAt;
  if (budgetMs !== null && dueAt - since > budgetMs)
    return giveUp(draft, instance, `the next attempt would begin after the total budget of ${budgetMs} ms`);
  if (retry === null) return;
  instance.dueAt = dueAt;
  scheduleRetry(draft, instance, dueAt);
}

function changedBudget(node: FlowNode, instance: ElementInstance, { budget: change }: UpdateRetryPolicy): RetryBudget {
  const policy = isActivity(node) ? node.retryPolicy : null;
  const { maxAttempts, curve, budgetMs } = recoveryOf(instance).budget ?? policy ?? SINGLE_ATTEMPT;
  const failed =
    instance.attempt - instance.budgetFrom - (instance.status === 'executing' || instance.status === 'queued' ? 1 : 0);
  const most = change.retriesLeft === undefined ? change.maxAttempts : failed + change.retriesLeft;
  return {
    maxAttempts: most === undefined ? maxAttempts : most,
    curve: change.curve ?? curve,
    budgetMs: change.budgetMs === undefined ? budgetMs : change.budgetMs,
  };
}

function findAttempted(
  draft: Draft,
  before: InstanceState,
  taskId: string | null,
  visit: number | null,
): ElementInstance | Rejected {
  const attempted = openElements(before).filter(
    (element) => ATTEMPTED.includes(element.status) && isActivity(nodeOf(draft, element)),
  );
  const found = attempted.filter(({ id, nodeId }) => (visit === null ? taskId === null || nodeId === taskId : id === visit));
  const [first] = found;
  if (first && (found.length === 1 || taskId !== null)) return first;
  const tasks = attempted.map(({ nodeId }) => nodeId);
  const expected = visit !== null ? `the task of visit ${visit}` : taskId !== null ? `task '${taskId}'` : 'one task';
  const message = `Expected ${expected} to be attempted, but ${tasks.length === 0 ? 'none is' : `these are: ${tasks.join(', ')}`}. Current state: ${before.status}`;
  return reject('TASK_NOT_RETRYING', message, { attemptedTasks: tasks, currentStatus: before.status });
}
