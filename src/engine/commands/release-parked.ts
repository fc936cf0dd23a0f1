import { beginAnew } from '../behaviors/fail-element.js';
import { nodeOf, touchElement, type Draft } from '../state/draft.js';
import type { InstanceState } from '../state/instance-state.js';
import type { Rejected } from '../step-result.js';
import type { ReleaseParked } from './command.js';
import { reject } from './guards.js';

/**
 * The circuit has recovered: the incident that was parked for it is settled by another attempt, of a paused instance at its resume.
 * Refused when it is not there any more.
 */
export function releaseParked(draft: Draft, before: InstanceState, command: ReleaseParked): Rejected | null {
  const instance = touchElement(draft, command.elementInstanceId);
  if (instance?.status !== 'failed' || instance.incident?.parkedFor !== command.circuit) {
    const message = `Expected element instance ${command.elementInstanceId} to be parked for '${command.circuit}', but it is not.`;
    return reject('TASK_NOT_FAILED', message, { currentStatus: before.status });
  }
  const node = nodeOf(draft, instance);
  draft.subject = instance;
  draft.effects.push({ type: 'close-incident', elementInstanceId: instance.id, resolution: 'released' });
  draft.effects.push({
    type: 'record-decision',
    action: 'IncidentReleased',
    outcome: 'succeeded',
    elementInstanceId: instance.id,
    nodeId: node.id,
    attempt: instance.attempt,
    changes: [],
    detail: { circuit: command.circuit, reason: 'its circuit has recovered' },
  });
  instance.incident = null;
  draft.probes.add(instance.id);
  beginAnew(draft, node, instance);
  return null;
}
