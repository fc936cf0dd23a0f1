import type { ProcessDefinition } from '../../engine/index.js';
import type { NewDefinition } from '../ports/readers.js';
import { firstStart } from './start-schedule.js';

/** The messages that start a process. */
export function messageStartsOf(process: ProcessDefinition): NewDefinition['messageStarts'] {
  return process.startEvents.flatMap(({ id, trigger }) =>
    trigger.kind === 'message' ? [{ messageName: trigger.message.name, startEventId: id }] : [],
  );
}

/** The first firing of each timer that starts a process, from `now` (epoch ms) on. */
export function timerStartsOf(process: ProcessDefinition, now: number): NewDefinition['timerStarts'] {
  return process.startEvents.flatMap((event) => {
    const first = firstStart(event, now);
    return first ? [{ startEventId: event.id, ...first }] : [];
  });
}
