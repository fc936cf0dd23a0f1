import type { FailureGroupSortKey } from '../../ports/failures.js';
import { OptionalChoice, OptionalFlag, OptionalId, OptionalInt, OptionalText, OptionalTexts } from '../../requests/fields.js';

const STATES = ['open', 'acknowledged', 'snoozed'] as const;
const SORT_KEYS = ['count', 'firstSeen', 'lastSeen'] as const satisfies readonly FailureGroupSortKey[];

/** Which groups are asked for; all that is given must hold. */
export class GetFailureGroupsData {
  @OptionalText('Only this group.', 255)
  groupId?: string;

  @OptionalText('Only of this process.', 255)
  processKey?: string;

  @OptionalId('Only of this definition.')
  processDefinitionId?: string | number;

  @OptionalText('Only failures of this element.', 255)
  activityId?: string;

  @OptionalText('Only with this error code.', 255)
  errorCode?: string;

  @OptionalText('Only of this class of errors: SERVICE_UNAVAILABLE, INVALID_DATA, ...', 255)
  errorClass?: string;

  @OptionalText('Only those that this person looks after.', 255)
  owner?: string;

  @OptionalTexts('Only in these states.', STATES)
  state?: string[];

  @OptionalText('Only with this text in message or code.', 255)
  text?: string;

  @OptionalFlag('Groups without an open failure, too.')
  includeSettled?: boolean;

  @OptionalInt('From 1.', 1, 1_000_000)
  pageNumber?: number;

  @OptionalInt('20 without it.', 1, 100)
  pageSize?: number;

  @OptionalChoice('`count` without it.', SORT_KEYS)
  sortBy?: FailureGroupSortKey;

  @OptionalChoice('`desc` without it.', ['asc', 'desc'])
  sortDirection?: 'asc' | 'desc';
}
