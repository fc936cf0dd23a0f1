import type { FlowNode } from '../definition/process-definition.js';
import type { Draft } from '../state/draft.js';
import type { ElementInstance } from '../state/instance-state.js';
import { failElement } from './fail-element.js';
import { attemptTimeout, scheduleJobTimer, workOf } from './run-attempt.js';
import { takeOver } from './take-over.js';

/** A job's row is due: nobody took it, or who did has run out of time. A time-out is a failed attempt; a lost lock is not. */
export function endJobTime(draft: Draft, node: FlowNode, instance: ElementInstance): void {
  const work = workOf(node, instance);
  if (!work) return;
  if (instance.lock === null) {
    failElement(draft, node, instance, {
      code: 'START_TIMEOUT',
      kind: 'technical',
      message: `No worker took the job of '${node.name}' (type '${work.connector}') within ${work.timeouts.toStartMs ?? 0} ms.`,
      advice: { nonRetryable: true },
    });
    return;
  }
  const { now } = draft.context;
  const timeoutMs = attemptTimeout(node, instance, work);
  const { worker, lockedUntil, heartbeatAt } = instance.lock;
  const { heartbeatMs } = work.timeouts;
  if (timeoutMs !== null && now >= (instance.attemptStartedAt ?? now) + timeoutMs) {
    const message = `Task timeout after ${timeoutMs} ms: the worker '${worker}' has not completed it.`;
    failElement(draft, node, instance, { code: 'TIMEOUT', kind: 'technical', message });
  } else if (heartbeatMs !== null && now >= heartbeatAt + heartbeatMs) {
    const message = `Heartbeat timeout: the worker '${worker}' has not been heard of for ${heartbeatMs} ms.`;
    failElement(draft, node, instance, { code: 'HEARTBEAT_TIMEOUT', kind: 'technical', message });
  } else if (now >= lockedUntil) {
    const lost = { who: `The worker '${worker}' that executed`, drained: false, detail: { lostWorker: worker } };
    takeOver(draft, node, instance, lost);
  } else scheduleJobTimer(draft, instance, jobDueAt(node, instance));
}

/** When the worker that holds the job runs out of time: by its lock, its heartbeat or the attempt's own bound. Epoch ms. */
export function jobDueAt(node: FlowNode, instance: ElementInstance): number {
  const work = workOf(node, instance);
  if (!work || instance.lock === null) return Infinity;
  const { lockedUntil, heartbeatAt } = instance.lock;
  const timeoutMs = attemptTimeout(node, instance, work);
  const { heartbeatMs } = work.timeouts;
  return Math.min(
    lockedUntil,
    heartbeatMs === null ? Infinity : heartbeatAt + heartbeatMs,
    timeoutMs === null ? Infinity : (instance.attemptStartedAt ?? heartbeatAt) + timeoutMs,
  );
}

/** The time for all attempts has passed: what runs is told to stop, and there is no other. */
export function endTotalTime(draft: Draft, node: FlowNode, instance: ElementInstance): void {
  const work = workOf(node, instance);
  if (instance.status === 'executing' && instance.lock === null)
    draft.effects.push({ type: 'abort-attempt', elementInstanceId: instance.id });
  failElement(draft, node, instance, {
    code: 'TOTAL_TIMEOUT',
    kind: 'technical',
    message: `Task timeout: all attempts of '${node.name}' together took longer than ${work?.timeouts.totalMs ?? 0} ms.`,
    isLast: true,
    isBetweenAttempts: instance.status === 'retrying' || instance.status === 'ready',
  });
}
