import { OptionalFlag, OptionalId, OptionalInstant, OptionalInt, OptionalText } from '../../requests/fields.js';

/** Reference origin.md 4.16. */
export class GetActivitiesData {
  @OptionalText('User, ProcessInstance or ProcessDefinition.', 255)
  entity?: string;

  @OptionalId('Which one; needed with `entity`.')
  entityId?: string | number;

  @OptionalInstant('Not before this date.')
  startDate?: string;

  @OptionalInstant('Not after this date.')
  endDate?: string;

  @OptionalText('Anywhere in action, comment, actor, task or instance.', 255)
  searchText?: string;

  @OptionalInt('From 1.', 1, 1_000_000)
  pageNumber?: number;

  @OptionalInt('50 without it.', 1, 1_000)
  pageSize?: number;

  @OptionalFlag('Not here: the audit trail is exported by GET /api/core/audit.')
  isExport?: boolean;
}
