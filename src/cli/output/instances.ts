import type { Listing } from './output.js';
import { columnsOf } from './columns.js';

/** An instance in a list, as the server shows it. */
export interface InstanceItem {
  readonly instanceGuid: string;
  readonly status: string;
  readonly processKey: string;
  readonly businessKey: string | null;
  readonly currentActivityId: string | null;
  readonly failedActivityId: string | null;
  readonly errorMessage: string | null;
  readonly startedAt: string;
  readonly lastUpdated: string;
}

export const INSTANCES: Listing<InstanceItem> = {
  columns: columnsOf<InstanceItem>(
    'instanceGuid',
    'status',
    'processKey',
    'businessKey',
    'currentActivityId',
    'failedActivityId',
    'errorMessage',
    'startedAt',
    'lastUpdated',
  ),
  id: ({ instanceGuid }) => instanceGuid,
  empty: 'No process instance matches.',
};
