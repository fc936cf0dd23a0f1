import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { done, refused, type Answer } from '../../../contract/answer.js';
import type { AuditEntry } from '../../../contract/audit-entry.js';
import { AuditStore, type AuditFilter } from '../../ports/stores.js';
import { instantOf } from '../../requests/field-values.js';
import { invalidField } from '../../requests/invalid-request.js';
import { GetActivitiesQuery } from './get-activities.command.js';
import type { GetActivitiesData } from './get-activities.dto.js';

const PAGE_SIZE = 50;

/** The kinds of things that entries are about, and the field of the trail that names one. */
const ENTITIES: Readonly<Record<string, keyof AuditFilter>> = {
  user: 'actor',
  processinstance: 'instanceGuid',
  processdefinition: 'processKey',
};

@CommandHandler(GetActivitiesQuery)
export class GetActivitiesHandler implements ICommandHandler<GetActivitiesQuery, Answer> {
  constructor(private readonly audit: AuditStore) {}

  async execute({ data, caller }: GetActivitiesQuery): Promise<Answer> {
    if (data.isExport)
      return refused('Activities are exported by GET /api/core/audit with Accept: text/csv or application/x-ndjson.', null);
    const { pageNumber = 1, pageSize = PAGE_SIZE } = data;
    const { items, totalRecords } = await this.audit.page(caller.tenantId, filterOf(data), { pageNumber, pageSize });
    return done('Activities retrieved successfully', {
      activities: items.map(activityView),
      totalRows: totalRecords,
      totalPages: Math.ceil(totalRecords / pageSize),
      currentPage: pageNumber,
      pageSize,
    });
  }
}

function filterOf(data: GetActivitiesData): AuditFilter {
  return {
    ...entityFilter(data),
    from: data.startDate === undefined ? undefined : (instantOf(data.startDate) ?? undefined),
    to: data.endDate === undefined ? undefined : (instantOf(data.endDate, true) ?? undefined),
    text: data.searchText,
  };
}

function entityFilter({ entity, entityId }: GetActivitiesData): AuditFilter {
  if (entity === undefined) return {};
  const field = ENTITIES[entity.toLowerCase()];
  if (!field)
    throw invalidField('entity', 'unknown', `entity must be User, ProcessInstance or ProcessDefinition, but is '${entity}'`);
  if (entityId === undefined)
    throw invalidField('entityId', 'required', 'entityId (or encodedKey) is needed with entity, but is absent');
  return { [field]: String(entityId) };
}

function activityView(entry: AuditEntry): Record<string, unknown> {
  return {
    Id: entry.id,
    CreationDate: entry.at,
    UserName: entry.actor.claimed ?? entry.actor.id,
    UserKey: entry.actor.id,
    Action: entry.action,
    ActivityDescription: describe(entry),
    ...affected(entry),
  };
}

function describe({ action, outcome, taskId, comment }: AuditEntry): string {
  return `${action}${taskId === null ? '' : ` of '${taskId}'`} ${outcome}${comment === null ? '' : `: ${comment}`}`;
}

function affected({ instanceGuid, processKey, detail }: AuditEntry): Record<string, string | null> {
  if (instanceGuid !== null)
    return { AffectedItemType: 'ProcessInstance', AffectedItemName: processKey, AffectedItemId: instanceGuid };
  const id = detail?.['definitionId'] ?? detail?.['tokenId'];
  const type =
    detail?.['tokenId'] === undefined ? (id === undefined && processKey === null ? null : 'ProcessDefinition') : 'ApiToken';
  return {
    AffectedItemType: type,
    AffectedItemName: processKey,
    AffectedItemId: typeof id === 'number' ? String(id) : processKey,
  };
}
