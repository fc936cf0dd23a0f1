import { openElements, type Effect, type ElementInstance, type InstanceState, type StepResult } from '../../src/engine/index.js';
import type { Deed } from './deeds.js';
import type { Drive } from './drive.js';

/**
 * One step as text: the deed, then what it did (`+` visits that ended, `!` other effects), then what is so after it (`=` status
 * and open elements, `$` variables where they changed).
 */
export function traceOf(deed: Deed, result: StepResult | null, before: InstanceState | null, drive: Drive): string {
  const lines = [JSON.stringify(deed)];
  if (result?.kind === 'rejected')
    lines.push(`  refused ${result.code}: ${result.message}`, `  data ${JSON.stringify(result.data)}`);
  if (result?.kind === 'accepted') {
    const { state, effects, report } = result;
    const names = new Map(
      [...(before ? openElements(before) : []), ...openElements(state)].map(({ id, nodeId }) => [id, nodeId]),
    );
    lines.push(...effects.map((effect) => `  ${describe(effect, names, drive)}`));
    if (report.changes.length > 0) lines.push(`  changed ${JSON.stringify(report.changes)}`);
    if (report.terminatedTasks.length > 0) lines.push(`  terminated ${report.terminatedTasks.join(', ')}`);
    lines.push(`  = ${[state.status, ...openElements(state).map(open)].join('  ')}`);
    if (result.variablesChanged) lines.push(`  $ ${JSON.stringify(state.variables)}`);
  }
  return `${lines.join('\n')}\n`;
}

function open({ nodeId, status, attempt, incident }: ElementInstance): string {
  return `${nodeId}:${status}${attempt > 1 ? `#${attempt}` : ''}${status === 'failed' && incident ? `(${incident.code})` : ''}`;
}

function describe(effect: Effect, names: ReadonlyMap<number, string>, drive: Drive): string {
  const name = 'nodeId' in effect ? effect.nodeId : (names.get(effect.elementInstanceId) ?? `#${effect.elementInstanceId}`);
  switch (effect.type) {
    case 'record-activity':
      return `+ ${effect.nodeId} ${effect.status}${effect.takenFlowIds.length > 0 ? ` -> ${effect.takenFlowIds.join(', ')}` : ''}`;
    case 'execute-attempt':
      return `! execute ${name} #${effect.attempt}${effect.local ? ` with ${JSON.stringify(effect.local)}` : ''}`;
    case 'schedule-timer':
      return `! schedule ${effect.kind} ${effect.timerNodeId || name} in ${effect.dueAt - drive.now} ms`;
    case 'cancel-timer':
      return `! unschedule ${effect.timerNodeId || name}`;
    case 'open-subscription':
      return `! subscribe ${name} to ${effect.messageName} / ${effect.correlationKey}`;
    case 'record-attempt':
      return `! attempt ${name} #${effect.attempt} ${effect.outcome}${effect.errorCode ? ` ${effect.errorCode}` : ''}`;
    case 'open-incident':
      return `! open incident ${name} ${effect.incident.code} (${effect.incident.kind})`;
    case 'close-incident':
      return `! close incident ${name} ${effect.resolution}`;
    case 'record-decision':
      return `! decide ${name} ${effect.action} ${effect.outcome}${effect.changes.length > 0 ? ` changed ${JSON.stringify(effect.changes)}` : ''}`;
    case 'close-subscription':
      return `! unsubscribe ${name}`;
    case 'abort-attempt':
      return `! abort ${name}`;
    case 'open-job':
      return `! queue ${name} for ${effect.jobType}`;
    case 'close-job':
      return `! unqueue ${name}`;
    case 'start-child':
      return `! start child ${effect.childGuid} of ${effect.processKey} for ${name}, run ${effect.run}`;
    case 'cancel-child':
      return `! cancel child of ${name}`;
    case 'begin-run':
      return `! begin run ${effect.run.number} as ${effect.guid} in ${effect.run.delayMs} ms, after ${effect.incident.code}`;
  }
}
