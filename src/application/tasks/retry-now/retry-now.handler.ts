import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Answer } from '../../../contract/answer.js';
import { Clock } from '../../ports/clock.js';
import { originOf } from '../../requests/origin-of.js';
import { EditRetries } from '../edit-retries.js';
import { RetryNowCommand } from './retry-now.command.js';

/** Default wait for the attempt's outcome, in ms. */
const WAIT_MS = 10_000;

@CommandHandler(RetryNowCommand)
export class RetryNowHandler implements ICommandHandler<RetryNowCommand, Answer> {
  constructor(
    private readonly edit: EditRetries,
    private readonly clock: Clock,
  ) {}

  async execute({ data, caller }: RetryNowCommand): Promise<Answer> {
    const origin = originOf(caller, 'RetryNow', this.clock.now(), { comment: data.comment });
    const command = {
      type: 'retry-now',
      taskId: data.taskId ?? null,
      ignoresCircuit: data.ignoreCircuit ?? false,
      expectedVersion: data.expectedVersion ?? null,
      correlationId: caller.correlationId,
    } as const;
    return this.edit.apply(data, command, origin, 'The next attempt was made now.', data.waitMs ?? WAIT_MS);
  }
}
