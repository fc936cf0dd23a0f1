import type { FailureGroupState } from '../../ports/failures.js';
import { OptionalChoice, OptionalInstant, OptionalText, RequiredText } from '../../requests/fields.js';

/** What is said about a group; what is not given stays as it is. */
export class UpdateFailureGroupData {
  @RequiredText('The group, as the list shows it.', 255)
  groupId!: string;

  @OptionalChoice('`acknowledged`: somebody is at it; `snoozed`: not before `snoozedUntil`.', ['open', 'acknowledged', 'snoozed'])
  state?: FailureGroupState;

  @OptionalInstant('Until when it is snoozed.')
  snoozedUntil?: string;

  @OptionalText('Who looks after it; an empty text: nobody.', 255)
  owner?: string;

  @OptionalText('What is known about it; an empty text: nothing.')
  note?: string;

  @OptionalText('Why, for the audit trail.')
  comment?: string;

  @OptionalText('The same key again gives the same answer, once done.', 255)
  idempotencyKey?: string;
}
