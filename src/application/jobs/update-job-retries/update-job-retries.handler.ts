import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { done, type Answer } from '../../../contract/answer.js';
import { JobCommand } from '../job-command.js';
import { UpdateJobRetriesCommand } from './update-job-retries.command.js';

@CommandHandler(UpdateJobRetriesCommand)
export class UpdateJobRetriesHandler implements ICommandHandler<UpdateJobRetriesCommand, Answer> {
  constructor(private readonly jobs: JobCommand) {}

  async execute({ data, caller }: UpdateJobRetriesCommand): Promise<Answer> {
    const { jobId, retries, comment } = data;
    const request = { jobId, action: 'UpdateJobRetries', caller, comment, detail: { retries } };
    const applied = await this.jobs.apply(request, ({ elementInstanceId }) => ({
      type: 'update-retry-policy',
      elementInstanceId,
      taskId: null,
      expectedVersion: null,
      budget: { retriesLeft: retries },
    }));
    return applied.kind === 'answer' ? applied.answer : done('Retries of the job updated.', { ...applied.head, retries });
  }
}
