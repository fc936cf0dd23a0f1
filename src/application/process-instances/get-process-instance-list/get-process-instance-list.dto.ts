import type { InstanceSortKey } from '../../ports/readers.js';
import { OptionalChoice, OptionalInt, OptionalText } from '../../requests/fields.js';
import { InstanceFilterData } from '../instance-filter.js';

const SORT_KEYS = [
  'startedAt',
  'lastUpdated',
  'status',
  'businessKey',
  'processKey',
  'instanceGuid',
] as const satisfies readonly InstanceSortKey[];

/** CONTRACT section 6; all filters that are given must hold. */
export class GetProcessInstanceListData extends InstanceFilterData {
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
