import { OptionalInt, OptionalText, RequiredInt } from '../../requests/fields.js';

const YEAR_MS = 366 * 86_400_000;

/** The rule of the tenant; it takes the place of the one that was there. */
export class SetEscalationRuleData {
  @RequiredInt('When the oldest open failure of a group is older than this, in ms.', 0, YEAR_MS)
  olderThanMs!: number;

  @OptionalInt('When the group has so many open failures; 1 without it.', 1, 1_000_000_000)
  minCount?: number;

  @OptionalInt('Not again before, in ms; a day without it.', 60_000, YEAR_MS)
  repeatEveryMs?: number;

  @OptionalText('Why, for the audit trail and the list.')
  comment?: string;

  @OptionalText('The same key again gives the same answer, once done.', 255)
  idempotencyKey?: string;
}
