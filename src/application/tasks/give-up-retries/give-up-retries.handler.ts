import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Answer } from '../../../contract/answer.js';
import { Clock } from '../../ports/clock.js';
import { originOf } from '../../requests/origin-of.js';
import { EditRetries } from '../edit-retries.js';
import { GiveUpRetriesCommand } from './give-up-retries.command.js';

@CommandHandler(GiveUpRetriesCommand)
export class GiveUpRetriesHandler implements ICommandHandler<GiveUpRetriesCommand, Answer> {
  constructor(
    private readonly edit: EditRetries,
    private readonly clock: Clock,
  ) {}

  async execute({ data, caller }: GiveUpRetriesCommand): Promise<Answer> {
    const origin = originOf(caller, 'GiveUpRetries', this.clock.now(), { comment: data.comment });
    const { taskId = null, expectedVersion = null } = data;
    const command = { type: 'give-up-retries', taskId, expectedVersion } as const;
    return this.edit.apply(data, command, origin, 'Automatic attempts given up: the task needs a decision.');
  }
}
