import type { InstanceSortKey } from '../../ports/readers.js';
import {
  OptionalChoice,
  OptionalFlag,
  OptionalId,
  OptionalInstant,
  OptionalInt,
  OptionalText,
  OptionalTexts,
} from '../../requests/fields.js';
import { OptionalVariableFilters } from './variable-filters.js';

const STATUSES = ['running', 'waiting', 'error', 'paused', 'completed', 'cancelled'] as const;
const SORT_KEYS = [
  'startedAt',
  'lastUpdated',
  'status',
  'businessKey',
  'processKey',
  'instanceGuid',
] as const satisfies readonly InstanceSortKey[];

/** CONTRACT section 6; all filters that are given must hold. */
export class GetProcessInstanceListData {
  @OptionalTexts('Only in these states.', STATUSES)
  status?: string[];

  @OptionalText('Only of this process.', 255)
  processKey?: string;

  @OptionalId('Only of this definition.')
  processDefinitionId?: string | number;

  @OptionalText('Only with this key of the business.', 255)
  businessKey?: string;

  @OptionalText('Only with an open failure of this element.', 255)
  failedActivityId?: string;

  @OptionalText('Only with an open failure whose message has this text.', 255)
  errorText?: string;

  @OptionalFlag('Only with a task that waits for its next automatic attempt, or (false) only without.')
  retrying?: boolean;

  @OptionalText('Only with an open failure of this group.', 255)
  failureGroup?: string;

  @OptionalInstant('Started not before this instant or date.')
  startedFrom?: string;

  @OptionalInstant('Started not after this instant or date.')
  startedTo?: string;

  @OptionalVariableFilters()
  variables?: unknown;

  @OptionalInt('From 1.', 1, 1_000_000)
  pageNumber?: number;

  @OptionalInt('20 without it.', 1, 100)
  pageSize?: number;

  @OptionalChoice('`startedAt` without it.', SORT_KEYS)
  sortBy?: InstanceSortKey;

  @OptionalChoice('`desc` without it.', ['asc', 'desc'])
  sortDirection?: 'asc' | 'desc';

  @OptionalText('Instead of a page number: from the answer before.', 500)
  cursor?: string;
}
