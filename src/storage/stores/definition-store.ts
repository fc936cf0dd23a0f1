import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager, type FindOptionsWhere, type SelectQueryBuilder } from 'typeorm';
import {
  DefinitionStore,
  DuplicateName,
  type DefinitionListItem,
  type DefinitionRecord,
  type Deletion,
  type NewDefinition,
} from '../../application/ports/readers.js';
import type { ClaimedKey } from '../../application/ports/stores.js';
import type { AuditEntry } from '../../contract/audit-entry.js';
import type { JsonObject } from '../../engine/index.js';
import { writeAudit } from '../audit/write-audit.js';
import { DefinitionMessageStartEntity } from '../entities/definition-message-start.entity.js';
import { ProcessDefinitionVersionEntity } from '../entities/process-definition-version.entity.js';
import { ProcessDefinitionEntity } from '../entities/process-definition.entity.js';
import { StartTimerEntity } from '../entities/start-timer.entity.js';
import { inTransaction, translated } from '../readers/people-query.js';
import { markApplied } from './applied-claims.js';
import { activeInstancesOf, countInstancesOf, deleteEndedInstances, type ActiveInstances } from './definition-instances.js';

type DefinitionChanges = Parameters<DefinitionStore['update']>[2];
type Starts = { readonly [Kind in 'messageStarts' | 'timerStarts']: NewDefinition[Kind] | undefined };
type ListFilter = Parameters<DefinitionStore['list']>[1];
type ListPage = Parameters<DefinitionStore['list']>[2];

const SORT_FIELDS = {
  name: 'name',
  category: 'category',
  createdDate: 'createdAt',
  version: 'version',
  updatedDate: 'updatedAt',
} as const satisfies Record<ListPage['sortBy'], keyof ProcessDefinitionEntity>;

const NAME_KEY = 'process_definition_name_key';

/** Definitions in `process_definition`, their models in `process_definition_version`. */
@Injectable()
export class PgDefinitionStore extends DefinitionStore {
  constructor(private readonly dataSource: DataSource) {
    super();
  }

  insert(
    tenantId: string,
    definitions: readonly NewDefinition[],
    xml: string,
    by: string,
    audit: (inserted: readonly DefinitionRecord[]) => readonly AuditEntry[],
    underClaim: ClaimedKey | null,
  ): Promise<DefinitionRecord[]> {
    const names = definitions.map((definition) => definition.name);
    return this.refusingTakenNames(tenantId, names, async (manager) => {
      const inserted: DefinitionRecord[] = [];
      for (const { messageStarts, timerStarts, ...fields } of definitions) {
        const { identifiers } = await manager.insert(ProcessDefinitionEntity, { ...fields, tenantId, version: 1, createdBy: by });
        const id = Number(identifiers[0]?.['id']);
        await insertVersion(manager, { definitionId: id, version: 1, processKey: fields.processKey }, xml, by);
        await replaceStarts(manager, tenantId, id, { messageStarts, timerStarts });
        inserted.push(toRecord(await manager.findOneByOrFail(ProcessDefinitionEntity, { id })));
      }
      await writeAudit(manager, audit(inserted));
      await markApplied(manager, underClaim);
      return inserted;
    });
  }

  update(
    tenantId: string,
    id: number,
    { xml, messageStarts, timerStarts, ...fields }: DefinitionChanges,
    by: string,
    audit: (updated: DefinitionRecord) => AuditEntry,
    underClaim: ClaimedKey | null,
  ): Promise<DefinitionRecord | null> {
    return this.refusingTakenNames(tenantId, fields.name === undefined ? [] : [fields.name], async (manager) => {
      const before = await lock(manager, tenantId, id);
      if (!before) return null;
      const version = xml === undefined ? before.version : before.version + 1;
      await manager.update(ProcessDefinitionEntity, { id }, { ...fields, version, updatedAt: () => 'now()', updatedBy: by });
      const after = toRecord(await manager.findOneByOrFail(ProcessDefinitionEntity, { id }));
      if (xml !== undefined) await insertVersion(manager, { definitionId: id, version, processKey: after.processKey }, xml, by);
      await replaceStarts(manager, tenantId, id, { messageStarts, timerStarts });
      await writeAudit(manager, [audit(after)]);
      await markApplied(manager, underClaim);
      return after;
    });
  }

  findById(tenantId: string, id: number): Promise<DefinitionRecord | null> {
    return this.findOne({ tenantId, id });
  }

  findByName(tenantId: string, name: string): Promise<DefinitionRecord | null> {
    return this.findOne({ tenantId, name });
  }

  findByProcessKey(tenantId: string, processKey: string): Promise<DefinitionRecord | null> {
    return this.findOne({ tenantId, processKey, isActive: true });
  }

  async loadVersion(id: number, version: number): Promise<{ xml: string; processKey: string } | null> {
    const found = await translated(
      this.dataSource.manager.findOneBy(ProcessDefinitionVersionEntity, { definitionId: id, version }),
    );
    return found && { xml: found.bpmnXml, processKey: found.processKey };
  }

  async list(
    tenantId: string,
    filter: ListFilter,
    page: ListPage,
  ): Promise<{ items: DefinitionListItem[]; totalRecords: number }> {
    const query = this.dataSource.manager
      .createQueryBuilder(ProcessDefinitionEntity, 'definition')
      .where({ tenantId, ...(filter.category === undefined ? {} : { category: filter.category }) })
      .orderBy(`definition.${SORT_FIELDS[page.sortBy]}`, page.sortDirection === 'asc' ? 'ASC' : 'DESC', 'NULLS LAST')
      .addOrderBy('definition.id')
      .offset((page.pageNumber - 1) * page.pageSize)
      .limit(page.pageSize);
    const [definitions, totalRecords] = await translated(narrow(query, filter).getManyAndCount());
    const counts = await countInstancesOf(
      this.dataSource,
      tenantId,
      definitions.map((definition) => definition.id),
    );
    const items = definitions.map((definition) => ({
      ...toRecord(definition),
      activeInstanceCount: counts.get(definition.id)?.active ?? 0,
      totalInstanceCount: counts.get(definition.id)?.total ?? 0,
    }));
    return { items, totalRecords };
  }

  async findByStartMessage(
    tenantId: string,
    messageName: string,
  ): Promise<{ definition: DefinitionRecord; startEventId: string }[]> {
    const starts = await translated(this.dataSource.manager.findBy(DefinitionMessageStartEntity, { tenantId, messageName }));
    const found: { definition: DefinitionRecord; startEventId: string }[] = [];
    for (const { definitionId, startEventId } of starts) {
      const definition = await this.findById(tenantId, definitionId);
      if (definition?.isActive) found.push({ definition, startEventId });
    }
    return found;
  }

  activeInstances(id: number, limit: number): Promise<ActiveInstances> {
    return activeInstancesOf(this.dataSource, id, limit);
  }

  /** An instance that another node starts at this moment, from a definition it still remembers, is not waited for. */
  delete(
    tenantId: string,
    id: number,
    audit: (deletedInstances: number) => AuditEntry,
    underClaim: ClaimedKey | null,
  ): Promise<Deletion> {
    return inTransaction(this.dataSource, async (manager) => {
      if (!(await lock(manager, tenantId, id))) return { kind: 'not-found' };
      if ((await activeInstancesOf(manager, id, 0)).total > 0) return { kind: 'active-instances' };
      const deletedInstances = await deleteEndedInstances(manager, id);
      await replaceStarts(manager, tenantId, id, { messageStarts: [], timerStarts: [] });
      await manager.delete(ProcessDefinitionVersionEntity, { definitionId: id });
      await manager.delete(ProcessDefinitionEntity, { id });
      await writeAudit(manager, [audit(deletedInstances)]);
      await markApplied(manager, underClaim);
      return { kind: 'deleted', deletedInstances };
    });
  }

  private async findOne(where: FindOptionsWhere<ProcessDefinitionEntity>): Promise<DefinitionRecord | null> {
    const found = await translated(this.dataSource.manager.findOne(ProcessDefinitionEntity, { where, order: { id: 'DESC' } }));
    return found && toRecord(found);
  }

  private async refusingTakenNames<T>(
    tenantId: string,
    names: readonly string[],
    work: (manager: EntityManager) => Promise<T>,
  ): Promise<T> {
    try {
      return await inTransaction(this.dataSource, work);
    } catch (error) {
      if (!(error instanceof Error && 'constraint' in error && error.constraint === NAME_KEY)) throw error;
      for (const name of names) {
        const existing = await this.findByName(tenantId, name);
        if (existing) throw new DuplicateName(existing.id);
      }
      throw error;
    }
  }
}

function narrow(
  query: SelectQueryBuilder<ProcessDefinitionEntity>,
  { isActive, searchText }: ListFilter,
): SelectQueryBuilder<ProcessDefinitionEntity> {
  if (isActive !== undefined) query.andWhere('definition.isActive = :isActive', { isActive });
  if (searchText !== undefined) {
    const fields = 'lower(concat_ws(chr(10), definition.name, definition.processKey, definition.description))';
    query.andWhere(`strpos(${fields}, lower(:searchText)) > 0`, { searchText });
  }
  return query;
}

/** The row, so that of two changes one comes after the other. */
function lock(manager: EntityManager, tenantId: string, id: number): Promise<ProcessDefinitionEntity | null> {
  return manager.findOne(ProcessDefinitionEntity, { where: { tenantId, id }, lock: { mode: 'pessimistic_write' } });
}

async function insertVersion(
  manager: EntityManager,
  version: { definitionId: number; version: number; processKey: string },
  xml: string,
  by: string,
): Promise<void> {
  const sha256 = createHash('sha256').update(xml).digest('hex');
  await manager.insert(ProcessDefinitionVersionEntity, { ...version, bpmnXml: xml, sha256, createdBy: by });
}

/** What starts the definition by itself; what is not given stays. */
async function replaceStarts(
  manager: EntityManager,
  tenantId: string,
  definitionId: number,
  { messageStarts, timerStarts }: Starts,
): Promise<void> {
  if (messageStarts) {
    await manager.delete(DefinitionMessageStartEntity, { definitionId });
    const rows = messageStarts.map((start) => ({ ...start, tenantId, definitionId }));
    if (rows.length > 0) await manager.insert(DefinitionMessageStartEntity, rows);
  }
  if (timerStarts) {
    await manager.delete(StartTimerEntity, { definitionId });
    const rows = timerStarts.map((start) => ({ ...start, dueAt: new Date(start.dueAt), tenantId, definitionId }));
    if (rows.length > 0) await manager.insert(StartTimerEntity, rows);
  }
}

function toRecord(entity: ProcessDefinitionEntity): DefinitionRecord {
  return Object.assign({}, entity, { metadata: entity.metadata as JsonObject });
}
