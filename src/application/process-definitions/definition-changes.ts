import { Injectable } from '@nestjs/common';
import type { ModelProblem } from '../../bpmn/index.js';
import type { Answer } from '../../contract/answer.js';
import type { ProcessDefinition } from '../../engine/index.js';
import { DefinitionCache } from '../definition-cache.js';
import { DefinitionCatalog } from '../definition-catalog.js';
import { Wakeups } from '../ports/attempts.js';
import type { DefinitionRecord, NewDefinition } from '../ports/readers.js';
import { RequestAudit } from '../request-audit.js';
import type { CommandOrigin } from '../session/origin.js';
import { sayInvalid } from './model-validation.js';

/** What the commands on definitions share: their refusals, and who must hear of a change. */
@Injectable()
export class DefinitionChanges {
  constructor(
    readonly audit: RequestAudit,
    private readonly catalog: DefinitionCatalog,
    private readonly cache: DefinitionCache,
    private readonly wakeups: Wakeups,
  ) {}

  /** A version was stored: it can be started, and starts by itself where its model says so. */
  deployed(definition: DefinitionRecord, process: ProcessDefinition, timerStarts: NewDefinition['timerStarts']): void {
    this.cache.remember(definition.id, definition.version, process);
    for (const { dueAt } of timerStarts) this.wakeups.timerAt(dueAt);
    this.changed();
  }

  /** Anything else about a definition was stored. */
  changed(): void {
    this.catalog.forget();
    this.audit.written();
  }

  deleted(id: number): void {
    this.cache.forget(id);
    this.changed();
  }

  notFound(origin: CommandOrigin, id: number): Promise<Answer> {
    return this.audit.refuse(origin, `Process definition with ID ${id} not found`, null, '404');
  }

  blankName(origin: CommandOrigin): Promise<Answer> {
    return this.audit.refuse(origin, 'Process definition name must not be blank', null, '40');
  }

  duplicateName(origin: CommandOrigin, name: string, existingId: number | null): Promise<Answer> {
    const help = existingId === null ? '' : `, or change definition ${existingId} with UpdateProcessDefinitionCommand`;
    const suggestion = `Choose another name, such as '${name} (2)'${help}.`;
    const message = `A process definition with name '${name}' already exists`;
    return this.audit.refuse(origin, message, { existingProcessId: existingId, suggestion }, '40');
  }

  invalidModel(origin: CommandOrigin, errors: readonly ModelProblem[]): Promise<Answer> {
    return this.audit.refuse(origin, sayInvalid(errors), { errors }, '40');
  }

  /** Starting by events is not there yet: keeping the names in silence would promise it. */
  eventTriggers(origin: CommandOrigin): Promise<Answer> {
    const message =
      'Starting processes by triggerEvents is not available yet. Use a message start event in the model, and PublishMessageCommand.';
    return this.audit.refuse(origin, message, null, '40');
  }
}
