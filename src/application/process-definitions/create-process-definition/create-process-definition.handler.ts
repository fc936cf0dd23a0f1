import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { readModel, type ModelProblem } from '../../../bpmn/index.js';
import { done, type Answer } from '../../../contract/answer.js';
import type { AuditEntry } from '../../../contract/audit-entry.js';
import type { ProcessDefinition } from '../../../engine/index.js';
import { claimOf } from '../../caller.js';
import { Clock } from '../../ports/clock.js';
import { DefinitionStore, DuplicateName, type DefinitionRecord, type NewDefinition } from '../../ports/readers.js';
import { textsOf } from '../../requests/field-values.js';
import { originOf } from '../../requests/origin-of.js';
import type { CommandOrigin } from '../../session/origin.js';
import { messageStartsOf, timerStartsOf } from '../compiled-parts.js';
import { DefinitionChanges } from '../definition-changes.js';
import { validationAnswer } from '../model-validation.js';
import { CreateProcessDefinitionCommand } from './create-process-definition.command.js';
import type { CreateProcessDefinitionData } from './create-process-definition.dto.js';

/** One executable process of the model, and the name it is deployed under. */
interface Deployment {
  readonly name: string;
  readonly process: ProcessDefinition;
}

@CommandHandler(CreateProcessDefinitionCommand)
export class CreateProcessDefinitionHandler implements ICommandHandler<CreateProcessDefinitionCommand, Answer> {
  constructor(
    private readonly definitions: DefinitionStore,
    private readonly changes: DefinitionChanges,
    private readonly clock: Clock,
  ) {}

  async execute({ data, caller }: CreateProcessDefinitionCommand): Promise<Answer> {
    const origin = originOf(caller, 'CreateProcessDefinition', this.clock.now(), {
      comment: data.comment,
      detail: { name: data.name ?? null },
    });
    if (textsOf(data.triggerEvents)) return this.changes.eventTriggers(origin);
    if (data.name?.trim() === '') return this.changes.blankName(origin);
    const model = await readModel(data.bpmnXml);
    if (data.validateOnly) return validationAnswer(model);
    if (model.kind === 'refused') return this.changes.invalidModel(origin, model.errors);

    const deployments = nameAll(model.processes, data.name);
    const twice = deployments.find(({ name }, i) => deployments.findIndex((other) => other.name === name) < i);
    if (twice) return this.changes.duplicateName(origin, twice.name, null);
    const known = await this.findDeployed(caller.tenantId, deployments, data.bpmnXml);
    if (known) return answer(known, model.warnings, true);
    try {
      return answer(await this.insert(origin, deployments, data), model.warnings, false);
    } catch (error) {
      if (!(error instanceof DuplicateName)) throw error;
      // Somebody else may have deployed the same model at the same time.
      const others = await this.findDeployed(caller.tenantId, deployments, data.bpmnXml);
      if (others) return answer(others, model.warnings, true);
      const existing = await this.definitions.findById(caller.tenantId, error.existingId);
      return this.changes.duplicateName(origin, existing?.name ?? deployments[0]?.name ?? '', error.existingId);
    }
  }

  /** The definitions that have this very model under these names; null when one of them has not. */
  private async findDeployed(
    tenantId: string,
    deployments: readonly Deployment[],
    xml: string,
  ): Promise<DefinitionRecord[] | null> {
    const found: DefinitionRecord[] = [];
    for (const { name, process } of deployments) {
      const definition = await this.definitions.findByName(tenantId, name);
      if (definition?.processKey !== process.key) return null;
      const stored = await this.definitions.loadVersion(definition.id, definition.version);
      if (stored?.xml !== xml) return null;
      found.push(definition);
    }
    return found;
  }

  private async insert(
    origin: CommandOrigin,
    deployments: readonly Deployment[],
    data: CreateProcessDefinitionData,
  ): Promise<DefinitionRecord[]> {
    const { tenantId, actor } = origin.caller;
    const rows = deployments.map((deployment) => toRow(deployment, data, this.clock.now()));
    const audit = (records: readonly DefinitionRecord[]): AuditEntry[] =>
      records.map(({ id, name, version, processKey }) =>
        this.changes.audit.entry({ ...origin, detail: { definitionId: id, name, version } }, 'succeeded', { processKey }),
      );
    const inserted = await this.definitions.insert(tenantId, rows, data.bpmnXml, actor.id, audit, claimOf(origin.caller));
    for (const [i, definition] of inserted.entries()) {
      const process = deployments[i]?.process;
      if (process) this.changes.deployed(definition, process, rows[i]?.timerStarts ?? []);
    }
    return inserted;
  }
}

/** The first process gets the name that was asked for; the others have their own. */
function nameAll(processes: readonly ProcessDefinition[], name: string | undefined): Deployment[] {
  return processes.map((process, i) => ({ process, name: (i === 0 ? name : undefined)?.trim() ?? process.name }));
}

function toRow({ name, process }: Deployment, data: CreateProcessDefinitionData, now: number): NewDefinition {
  return {
    name,
    processKey: process.key,
    description: data.description ?? '',
    category: data.category ?? 'General',
    isActive: data.isActive ?? true,
    triggerEvents: [],
    contextLoaderType: data.contextLoaderType ?? null,
    metadata: data.metadata ?? {},
    messageStarts: messageStartsOf(process),
    timerStarts: timerStartsOf(process, now),
  };
}

/** CONTRACT section 6, end. */
function answer(definitions: readonly DefinitionRecord[], warnings: readonly ModelProblem[], unchanged: boolean): Answer {
  const [first] = definitions;
  if (!first) throw new Error('Expected an accepted model to have an executable process, but it has none');
  const { id, processKey, name, version, isActive, createdAt } = first;
  return done(
    unchanged
      ? 'Process definition unchanged: this model is deployed under this name'
      : 'Process definition created successfully',
    {
      id,
      processKey,
      name,
      version,
      isActive,
      createdAt: createdAt.toISOString(),
      processes: definitions.map((each) => ({
        id: each.id,
        processKey: each.processKey,
        name: each.name,
        version: each.version,
      })),
      warnings: warnings.map(({ elementId, line, rule, message }) => ({ elementId, line, rule, message })),
      ...(unchanged ? { unchanged: true } : {}),
    },
  );
}
