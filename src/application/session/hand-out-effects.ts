import { Logger } from '@nestjs/common';
import type { Effect, RecordDecision } from '../../engine/index.js';
import type { AttemptRunner, Wakeups } from '../ports/attempts.js';
import type { Telemetry } from '../ports/telemetry.js';
import type { LiveInstance } from './live-instance.js';

const logger = new Logger('Recovery');
/** Decisions that people should hear of without looking. */
const NOTICES = new Set(['RecoveryNotice', 'TaskEscalated']);

/** After the commit: begins and stops attempts, says when the next timer is due and which jobs there are, counts decisions. All other effects are rows by then. */
export function handOutEffects(
  { header, definition, state }: LiveInstance,
  effects: readonly Effect[],
  attempts: AttemptRunner,
  wakeups: Wakeups,
  telemetry: Telemetry,
): void {
  for (const effect of effects) {
    if (effect.type === 'execute-attempt')
      attempts.execute(header, effect, definition.nodesById.get(effect.nodeId)?.name ?? effect.nodeId);
    else if (effect.type === 'abort-attempt') attempts.abort(header.id, effect.elementInstanceId);
    else if (effect.type === 'schedule-timer') wakeups.timerAt(effect.dueAt);
    else if (effect.type === 'start-child' || effect.type === 'cancel-child') wakeups.timerAt(state.updatedAt);
    else if (effect.type === 'record-decision') {
      telemetry.decision(effect.action);
      if (NOTICES.has(effect.action)) notify(header.guid, effect);
    } else if (effect.type === 'open-job') wakeups.jobOpened({ tenantId: header.tenantId, jobType: effect.jobType });
  }
  if (header.calledBy !== null && state.endedAt !== null) wakeups.timerAt(state.endedAt);
}

/** What the model says and what was decided; not what the service said, which may be secret. */
function notify(instanceGuid: string, { action, nodeId, attempt, detail }: RecordDecision): void {
  const { message, errorCode, errorClass, reason } = detail;
  logger.warn({ instanceGuid, taskId: nodeId, attempt, message, errorCode, errorClass, reason }, action);
}
