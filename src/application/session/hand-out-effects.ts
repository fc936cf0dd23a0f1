import type { Effect } from '../../engine/index.js';
import type { AttemptRunner, Wakeups } from '../ports/attempts.js';
import type { LiveInstance } from './live-instance.js';

/** After the commit: begins and stops attempts, and says when the next timer is due and which jobs there are. All other effects are rows by then. */
export function handOutEffects(
  { header, definition }: LiveInstance,
  effects: readonly Effect[],
  attempts: AttemptRunner,
  wakeups: Wakeups,
): void {
  for (const effect of effects) {
    if (effect.type === 'execute-attempt')
      attempts.execute(header, effect, definition.nodesById.get(effect.nodeId)?.name ?? effect.nodeId);
    else if (effect.type === 'abort-attempt') attempts.abort(header.id, effect.elementInstanceId);
    else if (effect.type === 'schedule-timer') wakeups.timerAt(effect.dueAt);
    else if (effect.type === 'open-job') wakeups.jobOpened({ tenantId: header.tenantId, jobType: effect.jobType });
  }
}
