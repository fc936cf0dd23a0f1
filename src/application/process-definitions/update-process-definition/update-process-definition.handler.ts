import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { readModel, type ModelProblem } from '../../../bpmn/index.js';
import { done, type Answer } from '../../../contract/answer.js';
import type { AuditEntry } from '../../../contract/audit-entry.js';
import type { ProcessDefinition } from '../../../engine/index.js';
import { claimOf } from '../../caller.js';
import { Clock } from '../../ports/clock.js';
import { DefinitionStore, DuplicateName, type DefinitionRecord } from '../../ports/readers.js';
import { textsOf, wholeNumber } from '../../requests/field-values.js';
import { originOf } from '../../requests/origin-of.js';
import { messageStartsOf, timerStartsOf } from '../compiled-parts.js';
import { DefinitionChanges } from '../definition-changes.js';
import { UpdateProcessDefinitionCommand } from './update-process-definition.command.js';
import type { UpdateProcessDefinitionData } from './update-process-definition.dto.js';

/** The new model of a definition. */
interface NewModel {
  readonly kind: 'model';
  readonly xml: string;
  readonly process: ProcessDefinition;
  readonly warnings: readonly ModelProblem[];
}

@CommandHandler(UpdateProcessDefinitionCommand)
export class UpdateProcessDefinitionHandler implements ICommandHandler<UpdateProcessDefinitionCommand, Answer> {
  constructor(
    private readonly definitions: DefinitionStore,
    private readonly changes: DefinitionChanges,
    private readonly clock: Clock,
  ) {}

  async execute({ data, caller }: UpdateProcessDefinitionCommand): Promise<Answer> {
    const id = wholeNumber('id', data.id);
    const origin = originOf(caller, 'UpdateProcessDefinition', this.clock.now(), {
      comment: data.comment,
      detail: { definitionId: id },
    });
    const before = await this.definitions.findById(caller.tenantId, id);
    if (!before) return this.changes.notFound(origin, id);
    if (textsOf(data.triggerEvents)) return this.changes.eventTriggers(origin);
    if (data.name?.trim() === '') return this.changes.blankName(origin);
    const model = await this.readNewModel(before, data.bpmnXml);
    if (model?.kind === 'refused') return this.changes.invalidModel(origin, model.errors);

    try {
      const columns = columnsOf(data, model, this.clock.now());
      const audit = (updated: DefinitionRecord): AuditEntry =>
        this.changes.audit.entry({ ...origin, detail: { definitionId: id, version: updated.version } }, 'succeeded', {
          processKey: updated.processKey,
          changes: changesOf(before, updated),
        });
      const after = await this.definitions.update(caller.tenantId, id, columns, caller.actor.id, audit, claimOf(caller));
      if (!after) return await this.changes.notFound(origin, id);
      if (model) this.changes.deployed(after, model.process, columns.timerStarts ?? []);
      else this.changes.changed();
      return await this.answer(before, after, data, model);
    } catch (error) {
      if (!(error instanceof DuplicateName)) throw error;
      return this.changes.duplicateName(origin, data.name?.trim() ?? before.name, error.existingId);
    }
  }

  /** Null: the model stays as it is, because none is given or it is the very same. */
  private async readNewModel(
    before: DefinitionRecord,
    xml: string | undefined,
  ): Promise<NewModel | { kind: 'refused'; errors: readonly ModelProblem[] } | null> {
    if (xml === undefined) return null;
    const stored = await this.definitions.loadVersion(before.id, before.version);
    if (stored?.xml === xml) return null;
    const model = await readModel(xml);
    if (model.kind === 'refused') return model;
    const { processes, warnings } = model;
    // A model's only process may get another id; among several, the id says which is meant.
    const process = processes.find(({ key }) => key === before.processKey) ?? (processes.length === 1 ? processes[0] : undefined);
    return process ? { kind: 'model', xml, process, warnings } : { kind: 'refused', errors: [lackingProcess(before, processes)] };
  }

  private async answer(
    before: DefinitionRecord,
    after: DefinitionRecord,
    data: UpdateProcessDefinitionData,
    model: NewModel | null,
  ): Promise<Answer> {
    const { total } = await this.definitions.activeInstances(after.id, 1);
    const warningMessage =
      model && total > 0
        ? `${total} active instance${total === 1 ? ' continues' : 's continue'} on the version that each was started with`
        : null;
    return done('Process definition updated successfully', {
      id: after.id,
      name: after.name,
      version: after.version,
      previousVersion: model ? after.version - 1 : before.version,
      isActive: after.isActive,
      activeInstances: total,
      warningMessage,
      warnings: model?.warnings.map(({ elementId, line, rule, message }) => ({ elementId, line, rule, message })) ?? [],
      ...(data.bpmnXml !== undefined && !model ? { unchanged: true } : {}),
    });
  }
}

function columnsOf(
  data: UpdateProcessDefinitionData,
  model: NewModel | null,
  now: number,
): Parameters<DefinitionStore['update']>[2] {
  const { description, category, isActive, metadata } = data;
  return {
    ...(data.name === undefined ? {} : { name: data.name.trim() }),
    ...(description === undefined ? {} : { description }),
    ...(category === undefined ? {} : { category }),
    ...(isActive === undefined ? {} : { isActive }),
    ...(metadata === undefined ? {} : { metadata }),
    ...(model ? modelColumns(model, now) : {}),
  };
}

function modelColumns({ xml, process }: NewModel, now: number): Parameters<DefinitionStore['update']>[2] {
  return { xml, processKey: process.key, messageStarts: messageStartsOf(process), timerStarts: timerStartsOf(process, now) };
}

const AUDITED = ['name', 'description', 'category', 'isActive', 'metadata', 'version', 'processKey'] as const;

function changesOf(before: DefinitionRecord, after: DefinitionRecord): { path: string; before: unknown; after: unknown }[] {
  return AUDITED.filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key])).map((key) => ({
    path: `/${key}`,
    before: before[key],
    after: after[key],
  }));
}

function lackingProcess(before: DefinitionRecord, processes: readonly ProcessDefinition[]): ModelProblem {
  return {
    elementId: null,
    line: null,
    column: null,
    rule: 'process-key',
    message: `Expected the model to have the process '${before.processKey}', but it has ${processes.map(({ key }) => `'${key}'`).join(', ')}`,
    hint: 'Deploy the other processes with CreateProcessDefinitionCommand.',
  };
}
