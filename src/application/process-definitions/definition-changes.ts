import { Injectable } from '@nestjs/common';
import type { ModelProblem } from '../../bpmn/index.js';
import type { Answer } from '../../contract/answer.js';
import type { ProcessDefinition } from '../../engine/index.js';
import { DefinitionCache } from '../definition-cache.js';
import { DefinitionCatalog } from '../definition-catalog.js';
import { Clock } from '../ports/clock.js';
import type { DefinitionRecord } from '../ports/readers.js';
import { StartTimerStore } from '../ports/stores.js';
import { RequestAudit } from '../request-audit.js';
import type { CommandOrigin } from '../session/origin.js';
import { startTimersOf } from './compiled-parts.js';

/** What the commands on definitions share: their refusals, and who must hear of a change. */
@Injectable()
export class DefinitionChanges {
  constructor(
    readonly audit: RequestAudit,
    private readonly catalog: DefinitionCatalog,
    private readonly cache: DefinitionCache,
    private readonly timers: StartTimerStore,
    private readonly clock: Clock,
  ) {}

  /** A version was stored: it can be started, and starts by itself where its model says so. */
  async deployed(definition: DefinitionRecord, process: ProcessDefinition): Promise<void> {
    this.cache.remember(definition.id, definition.version, process);
    await this.timers.replaceFor(definition.id, startTimersOf(process, definition, this.clock.now()));
    this.changed();
  }

  /** Anything else about a definition was stored. */
  changed(): void {
    this.catalog.forget();
    this.audit.written();
  }

  async deleted(id: number): Promise<void> {
    this.cache.forget(id);
    this.changed();
    await this.timers.replaceFor(id, []);
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
    const [first] = errors;
    const message = `The BPMN model has ${errors.length === 1 ? 'an error' : `${errors.length} errors`}${first ? `: ${first.message}` : ''}`;
    return this.audit.refuse(origin, message, { errors }, '40');
  }

  /** Starting by events is not there yet: keeping the names in silence would promise it. */
  eventTriggers(origin: CommandOrigin): Promise<Answer> {
    const message =
      'Starting processes by triggerEvents is not available yet. Use a message start event in the model, and PublishMessageCommand.';
    return this.audit.refuse(origin, message, null, '40');
  }
}
