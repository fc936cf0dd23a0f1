import type { AuditEntry } from '../contract/audit-entry.js';
import { isActivity, openElements, type StepResult } from '../engine/index.js';
import { typeName } from './instance-view.js';
import type { LiveInstance } from './session/live-instance.js';

/**
 * What a step that is not kept would do, as far as it can be known without executing a task (CONTRACT section 11.6).
 * @param changes of variables, where the command says more than the step
 */
export function describeDryRun(
  instance: LiveInstance,
  result: StepResult,
  changes?: AuditEntry['changes'],
): Record<string, unknown> {
  if (result.kind === 'rejected') return describeRefusal(instance, result.message, result.data);
  const task = (nodeId: string): Record<string, unknown> => {
    const node = instance.definition.nodesById.get(nodeId);
    return { taskId: nodeId, taskName: node?.name ?? nodeId, taskType: node ? typeName(node) : null };
  };
  const waitedBefore = new Set(openElements(instance.state).map((element) => element.id));
  const waits = openElements(result.state).filter((element) => element.status === 'waiting' && !waitedBefore.has(element.id));
  return {
    dryRun: true,
    allowed: true,
    reason: null,
    willExecute: result.effects.flatMap((effect) =>
      effect.type === 'execute-attempt' || effect.type === 'open-job' ? [task(effect.nodeId)] : [],
    ),
    willWaitFor: waits.map((element) => task(element.nodeId)),
    willCancel: result.effects.flatMap((effect) => {
      const node =
        effect.type === 'record-activity' && effect.status === 'terminated'
          ? instance.definition.nodesById.get(effect.nodeId)
          : undefined;
      return node && isActivity(node) ? [task(node.id)] : [];
    }),
    willCompensate: [],
    changes: changes ?? result.report.changes,
    statusAfter: result.state.status,
  };
}

/** The same for a command that would be refused. */
export function describeRefusal(
  instance: LiveInstance,
  reason: string,
  data: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return {
    dryRun: true,
    allowed: false,
    reason,
    willExecute: [],
    willWaitFor: [],
    willCancel: [],
    willCompensate: [],
    changes: [],
    statusAfter: instance.state.status,
    ...data,
  };
}
