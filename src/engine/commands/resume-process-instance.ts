import { activateHeld } from '../behaviors/advance.js';
import { changeVariables, type Draft } from '../state/draft.js';
import type { InstanceState } from '../state/instance-state.js';
import type { Rejected } from '../step-result.js';
import type { ResumeProcessInstance } from './command.js';
import { takeEndOf } from './end-child.js';
import { fireTimer, scheduleAgain } from './fire-timers.js';
import { guard } from './guards.js';
import { deliver } from './deliver-message.js';

/** Goes on where the instance was paused, with all that arrived meanwhile, in order. */
export function resumeProcessInstance(draft: Draft, before: InstanceState, command: ResumeProcessInstance): Rejected | null {
  const refused = guard(before, command.expectedVersion, ['paused']);
  if (refused) return refused;
  draft.state.paused = false;
  changeVariables(draft, command.type, null, command.updatedVariables);
  const { inbox } = draft.state;
  draft.state.inbox = [];
  activateHeld(draft);
  for (const entry of inbox) {
    if (entry.type === 'timer') {
      if (!fireTimer(draft, entry.timer, null)) scheduleAgain(draft, entry.timer);
    } else if (entry.type === 'child') takeEndOf(draft, entry.ended);
    else deliver(draft, entry);
  }
  return null;
}
