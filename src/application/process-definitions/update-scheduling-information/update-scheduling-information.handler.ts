import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Answer } from '../../../contract/answer.js';
import { Clock } from '../../ports/clock.js';
import { DefinitionStore } from '../../ports/readers.js';
import { wholeNumber } from '../../requests/field-values.js';
import { originOf } from '../../requests/origin-of.js';
import { DefinitionChanges } from '../definition-changes.js';
import { UpdateSchedulingInformationCommand } from './update-scheduling-information.command.js';

/** Schedules outside of the model are not there yet: a success would promise a start that never comes. */
@CommandHandler(UpdateSchedulingInformationCommand)
export class UpdateSchedulingInformationHandler implements ICommandHandler<UpdateSchedulingInformationCommand, Answer> {
  constructor(
    private readonly definitions: DefinitionStore,
    private readonly changes: DefinitionChanges,
    private readonly clock: Clock,
  ) {}

  async execute({ data, caller }: UpdateSchedulingInformationCommand): Promise<Answer> {
    const id = wholeNumber('processDefinitionId', data.processDefinitionId);
    const origin = originOf(caller, 'UpdateSchedulingInformation', this.clock.now(), { detail: { definitionId: id } });
    const definition = await this.definitions.findById(caller.tenantId, id);
    if (!definition) return this.changes.notFound(origin, id);
    const message =
      'Scheduling by command is not available yet. Use a timer start event in the model (timeCycle takes ISO 8601 or cron).';
    return this.changes.audit.refuse(origin, message, null, '40', { processKey: definition.processKey });
  }
}
