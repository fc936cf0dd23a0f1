import type { JsonObject } from '../../../engine/index.js';
import {
  InstanceData,
  MAX_WAIT_MS,
  OptionalChoice,
  OptionalFlag,
  OptionalInt,
  OptionalText,
  OptionalVariables,
  RequiredText,
} from '../../requests/fields.js';

/** The instance that is begun again from stays as it is. */
export class RestartFromActivityData extends InstanceData {
  @RequiredText('The activity to begin at: one of the process itself, not of a sub-process.')
  activityId!: string;

  @OptionalVariables('Changes of the variables that are restored.')
  variables?: JsonObject;

  @OptionalChoice(
    'Which variables it begins with: those of the time when the activity was last entered (without it), or the latest.',
    ['before-activity', 'latest'],
  )
  restoreVariables?: 'before-activity' | 'latest';

  @OptionalChoice('On which version of the definition: that of the other instance (without it), or the newest.', [
    'same',
    'latest',
  ])
  version?: 'same' | 'latest';

  @OptionalText("The client's own id of the new instance: starting it twice is one start.", 255)
  newInstanceGuid?: string;

  @OptionalText('Why, for the audit trail.')
  comment?: string;

  @OptionalFlag('Answer what would happen, change nothing.')
  dryRun?: boolean;

  @OptionalInt('How long to wait for the first rest, in ms.', 0, MAX_WAIT_MS)
  waitMs?: number;
}
